import IntaglioNumerics

/// The element types of ONNX tensors that have a meaning here, by their number in the standard.
enum ONNXElementType: Int32 {
  case float = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case double = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16
  /// Two to a byte, the first in the low half (opset 21).
  case uint4 = 21
  case int4 = 22
  /// Four to a byte, the first in the lowest bits (opset 25).
  case uint2 = 25
  case int2 = 26

  var isReal: Bool {
    switch self {
    case .float, .float16, .double, .bfloat16: true
    case .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .uint32, .uint64, .uint4, .int4,
      .uint2, .int2:
      false
    }
  }

  /// How many bits one element takes in raw data.
  var bits: Int {
    switch self {
    case .uint2, .int2: 2
    case .uint4, .int4: 4
    case .uint8, .int8, .bool: 8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .float, .int32, .uint32: 32
    case .double, .int64, .uint64: 64
    }
  }

  var isSigned: Bool {
    switch self {
    case .int2, .int4, .int8, .int16, .int32, .int64, .float, .double, .float16, .bfloat16: true
    case .uint2, .uint4, .uint8, .uint16, .uint32, .uint64, .bool: false
    }
  }

  /// The integer type of codes kept in this element type; `nil` for reals, truth values and
  /// everything that a constant of the graph cannot hold.
  var codeType: IntegerType? {
    switch self {
    case .uint2, .int2, .uint4, .int4, .uint8, .int8, .uint16, .int16, .int32:
      IntegerType(bits: bits, signed: isSigned)
    case .float, .int64, .bool, .float16, .double, .uint32, .uint64, .bfloat16: nil
    }
  }

  /// Whether codes of `type` keep their values as integers of this element type.
  func holds(_ type: IntegerType) -> Bool {
    if self == .int64 || self == .uint64 && !type.isSigned { return true }
    guard let own = codeType ?? (self == .uint32 ? .u(32) : nil) else { return false }
    return own.range.lowerBound <= type.range.lowerBound
      && own.range.upperBound >= type.range.upperBound
  }

  /// The element type that holds codes of `type`.
  init?(codes type: IntegerType) {
    let candidates: [ONNXElementType] = [
      .uint2, .int2, .uint4, .int4, .uint8, .int8, .uint16, .int16, .int32,
    ]
    guard let match = candidates.first(where: { $0.codeType == type }) else { return nil }
    self = match
  }

  /// The name in ONNX documents.
  var name: String { "\(self)" }

  /// `value` in two's complement of this width, what integer arithmetic of ONNX wraps to.
  func wrapped(_ value: Int) -> Int {
    guard self != .bool else { return value == 0 ? 0 : 1 }
    guard bits < 64 else { return value }
    let shift = 64 - bits
    return isSigned
      ? (value << shift) >> shift : Int(bitPattern: (UInt(bitPattern: value) << shift) >> shift)
  }

  /// `value` rounded to this type, half to even; unchanged unless the type is a narrow real one.
  func rounded(_ value: Float) -> Float {
    switch self {
    case .float16:
      return Float(Float16(value))
    case .bfloat16:
      guard value.isFinite else { return value }
      let bits = value.bitPattern
      let rounded = bits + 0x7FFF + (bits >> 16 & 1)
      return Float(bitPattern: rounded & 0xFFFF_0000)
    case .float, .double, .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .uint32, .uint64,
      .uint4, .int4, .uint2, .int2:
      return value
    }
  }
}
