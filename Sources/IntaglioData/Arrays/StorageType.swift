/// The type of one number as it stands in a file, named as safetensors names it.
///
/// Numbers are little-endian in every format read here except IDX.
public enum StorageType: String, CaseIterable, Codable, Sendable {
  case f64 = "F64"
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case i64 = "I64"
  case i32 = "I32"
  case i16 = "I16"
  case i8 = "I8"
  case u64 = "U64"
  case u32 = "U32"
  case u16 = "U16"
  case u8 = "U8"
  case bool = "BOOL"

  /// The width of one number in bytes.
  public var byteCount: Int {
    switch self {
    case .f64, .i64, .u64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool: 1
    }
  }

  /// Whether it holds reals, not integers or truth values.
  public var isReal: Bool {
    switch self {
    case .f64, .f32, .f16, .bf16: true
    case .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool: false
    }
  }

  /// The number of bytes of a tensor of this type, or `nil` where it does not fit an `Int`.
  ///
  /// An empty shape is a scalar. No dimension may be negative.
  public func byteCount(ofShape shape: [Int]) -> Int? {
    var count = byteCount
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow || extent < 0 { return nil }
      count = product
    }
    return count
  }
}
