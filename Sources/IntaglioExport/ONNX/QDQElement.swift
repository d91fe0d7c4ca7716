import IntaglioData
import IntaglioNumerics

/// The element types that are written, by their number in the ONNX standard.
enum QDQElement: Int32 {
  case float = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case double = 11
  /// Two to a byte, the first in the low half.
  case int4 = 22

  /// The narrowest of whole bytes that holds all of `type`; `nil` where int32 does not.
  init?(holding type: IntegerType) {
    switch type.bits {
    case ...8: self = type.isSigned ? .int8 : .uint8
    case ...16: self = type.isSigned ? .int16 : .uint16
    case ...31: self = .int32
    default:
      guard type.isSigned else { return nil }
      self = .int32
    }
  }

  /// The integers of this type; `nil` for reals, int64 and truth values.
  var codes: IntegerType? {
    switch self {
    case .float, .int64, .bool, .double: nil
    case .uint8: .u8
    case .int8: .i8
    case .uint16: .u(16)
    case .int16: .i(16)
    case .int32: .i32
    case .int4: .i(4)
    }
  }

  /// The little-endian bytes of `values`, which this type holds.
  func bytes(_ values: [Int]) -> [UInt8] {
    switch self {
    case .float, .double: []
    case .uint8, .int8, .bool: values.map { UInt8(truncatingIfNeeded: $0) }
    case .uint16, .int16: littleEndianBytes(values.map { UInt16(truncatingIfNeeded: $0) })
    case .int32: littleEndianBytes(values.map { UInt32(truncatingIfNeeded: $0) })
    case .int64: littleEndianBytes(values.map { UInt64(truncatingIfNeeded: $0) })
    case .int4:
      stride(from: 0, to: values.count, by: 2).map { index in
        let high = index + 1 < values.count ? values[index + 1] : 0
        return UInt8(truncatingIfNeeded: values[index] & 15 | (high & 15) << 4)
      }
    }
  }
}
