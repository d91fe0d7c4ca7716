extension StorageType {
  /// The numbers in `bytes` as float32, or `nil` for integers too wide to be exact.
  ///
  /// F64 is rounded to nearest; every other type that is accepted (floats, BOOL, integers of at
  /// most 16 bits) is exact. BOOL is 0 or 1.
  package func floats(in bytes: RawSpan) -> [Float]? {
    switch self {
    case .f64: elements(bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .f32: elements(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
    case .f16: elements(bytes) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
    case .bf16: elements(bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .i16: elements(bytes) { (value: Int16) in Float(value) }
    case .i8: elements(bytes) { (value: Int8) in Float(value) }
    case .u16: elements(bytes) { (value: UInt16) in Float(value) }
    case .u8: elements(bytes) { (value: UInt8) in Float(value) }
    case .bool: elements(bytes) { (value: UInt8) in value == 0 ? 0 : 1 }
    case .i64, .i32, .u64, .u32: nil
    }
  }

  /// The numbers in `bytes` as float64, always exact, or `nil` for 64-bit integers.
  package func doubles(in bytes: RawSpan) -> [Double]? {
    switch self {
    case .f64: elements(bytes) { (bits: UInt64) in Double(bitPattern: bits) }
    case .f32: elements(bytes) { (bits: UInt32) in Double(Float(bitPattern: bits)) }
    case .f16: elements(bytes) { (bits: UInt16) in Double(Float16(bitPattern: bits)) }
    case .bf16: elements(bytes) { (bits: UInt16) in Double(Float(bitPattern: UInt32(bits) << 16)) }
    case .i32: elements(bytes) { (value: Int32) in Double(value) }
    case .i16: elements(bytes) { (value: Int16) in Double(value) }
    case .i8: elements(bytes) { (value: Int8) in Double(value) }
    case .u32: elements(bytes) { (value: UInt32) in Double(value) }
    case .u16: elements(bytes) { (value: UInt16) in Double(value) }
    case .u8: elements(bytes) { (value: UInt8) in Double(value) }
    case .bool: elements(bytes) { (value: UInt8) in value == 0 ? 0 : 1 }
    case .i64, .u64: nil
    }
  }

  /// The numbers in `bytes` as integers, or `nil` for floats and for a U64 beyond `Int.max`.
  package func integers(in bytes: RawSpan) -> [Int]? {
    switch self {
    case .i64: elements(bytes) { (value: Int64) in Int(value) }
    case .i32: elements(bytes) { (value: Int32) in Int(value) }
    case .i16: elements(bytes) { (value: Int16) in Int(value) }
    case .i8: elements(bytes) { (value: Int8) in Int(value) }
    case .u64: unsigned64(in: bytes)
    case .u32: elements(bytes) { (value: UInt32) in Int(value) }
    case .u16: elements(bytes) { (value: UInt16) in Int(value) }
    case .u8: elements(bytes) { (value: UInt8) in Int(value) }
    case .bool: elements(bytes) { (value: UInt8) in value == 0 ? 0 : 1 }
    case .f64, .f32, .f16, .bf16: nil
    }
  }
}

private func unsigned64(in bytes: RawSpan) -> [Int]? {
  let wide = elements(bytes) { (value: UInt64) in Int(exactly: value) }
  let fitting = wide.compactMap { $0 }
  return fitting.count == wide.count ? fitting : nil
}

/// Reads `bytes` as consecutive little-endian numbers; an incomplete last one is left out.
private func elements<Bits: FixedWidthInteger & BitwiseCopyable, Element>(
  _ bytes: RawSpan,
  _ convert: (Bits) -> Element
) -> [Element] {
  let width = MemoryLayout<Bits>.size
  let count = bytes.byteCount / width
  var result: [Element] = []
  result.reserveCapacity(count)
  for index in 0..<count {
    // The load itself checks the bounds; any bit pattern is a valid integer.
    let bits = bytes.unsafeLoadUnaligned(fromByteOffset: index * width, as: Bits.self)
    result.append(convert(Bits(littleEndian: bits)))
  }
  return result
}
