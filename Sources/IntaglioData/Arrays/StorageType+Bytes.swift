/// The little-endian bytes of integers or of bit patterns.
package func littleEndianBytes<Bits: FixedWidthInteger>(_ values: some Collection<Bits>) -> [UInt8]
{
  let width = MemoryLayout<Bits>.size
  var bytes: [UInt8] = []
  bytes.reserveCapacity(values.count * width)
  for value in values {
    var rest = value
    for _ in 0..<width {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest = width > 1 ? rest >> 8 : rest
    }
  }
  return bytes
}

extension StorageType {
  /// The little-endian bytes of `integers`, or `nil` when a value does not fit or this is a float.
  func bytes(of integers: [Int]) -> [UInt8]? {
    switch self {
    case .i64: exactBytes(integers, as: Int64.self)
    case .i32: exactBytes(integers, as: Int32.self)
    case .i16: exactBytes(integers, as: Int16.self)
    case .i8: exactBytes(integers, as: Int8.self)
    case .u64: exactBytes(integers, as: UInt64.self)
    case .u32: exactBytes(integers, as: UInt32.self)
    case .u16: exactBytes(integers, as: UInt16.self)
    case .u8: exactBytes(integers, as: UInt8.self)
    case .bool: integers.allSatisfy((0...1).contains) ? integers.map(UInt8.init) : nil
    case .f64, .f32, .f16, .bf16: nil
    }
  }
}

private func exactBytes<Bits: FixedWidthInteger>(
  _ integers: [Int],
  as type: Bits.Type
) -> [UInt8]? {
  let exact = integers.compactMap { Bits(exactly: $0) }
  return exact.count == integers.count ? littleEndianBytes(exact) : nil
}
