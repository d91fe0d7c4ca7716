/// The element types of the Open Inference Protocol.
public enum TensorType: String, Sendable, CaseIterable {
  case bool = "BOOL"
  case uint8 = "UINT8"
  case uint16 = "UINT16"
  case uint32 = "UINT32"
  case uint64 = "UINT64"
  case int8 = "INT8"
  case int16 = "INT16"
  case int32 = "INT32"
  case int64 = "INT64"
  case float16 = "FP16"
  case float32 = "FP32"
  case float64 = "FP64"
  /// Strings of bytes, each with a length of its own.
  case bytes = "BYTES"

  /// What an element takes in the binary form, in bytes; `nil` where every element has its own size.
  public var byteCount: Int? {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .bytes: nil
    }
  }

  /// Whether elements are numbers with a fraction.
  public var isReal: Bool {
    switch self {
    case .float16, .float32, .float64: true
    case .bool, .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64, .bytes: false
    }
  }

  /// Whether elements are whole numbers; truth values are none.
  public var isInteger: Bool {
    switch self {
    case .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64: true
    case .bool, .float16, .float32, .float64, .bytes: false
    }
  }
}
