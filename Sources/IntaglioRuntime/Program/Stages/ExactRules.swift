import IntaglioGraph
import IntaglioNumerics

/// The exact multipliers and offsets of a stage, kept among the constants of a plan.
///
/// They are looked at only where fixed point cannot decide, one at a time, so they stay bytes until
/// then: where each rule starts (u32), and each rule as two ratios and a zero point.
struct ExactRules: Hashable, Sendable {
  let region: Region
  let count: Int
  /// Of all rules, with where they start.
  let byteCount: Int

  /// Those that a file holds.
  init(region: Region, count: Int, byteCount: Int) {
    (self.region, self.count, self.byteCount) = (region, count, byteCount)
  }

  /// Rule `index` of `bytes`; `nil` where they do not hold one.
  func callAsFunction(_ index: Int, in bytes: UnsafeRawBufferPointer) -> StageParameter? {
    guard index >= 0, index < count, 4 * count <= byteCount else { return nil }
    var offset = Int(
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
    )
    guard let scale = Rational(bytes: bytes, at: &offset),
      let addend = Rational(bytes: bytes, at: &offset), byteCount - offset >= 8,
      case let zero = bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self),
      let zeroPoint = Int32(exactly: Int64(littleEndian: zero))
    else { return nil }
    return StageParameter(scale: scale, offset: addend, zeroPoint: Int(zeroPoint))
  }
}

/// The numbers of one quantizer, dequantizer or requantizer at one place.
struct StageParameter: Hashable {
  /// Scale or multiplier.
  let scale: Rational
  let offset: Rational
  let zeroPoint: Int
}

extension ExactRules: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(region)
    writer.write(count)
    writer.write(byteCount)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    self.init(
      region: try reader.value(),
      count: try reader.count(),
      byteCount: try reader.count()
    )
  }
}
