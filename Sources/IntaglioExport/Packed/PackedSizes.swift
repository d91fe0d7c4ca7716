/// What the numbers of a program take on disk, in bytes.
public struct PackedSizes: Sendable, Hashable, Codable {
  /// The number of weights and other constants.
  public internal(set) var constants = 0
  /// What they take at their own widths.
  public internal(set) var constantBytes = 0
  /// What scales, zero points and threshold tables take, one per channel, row or head.
  public internal(set) var tableBytes = 0
  /// The whole file.
  public internal(set) var fileBytes = 0

  /// What the same constants take as float32.
  public var float32Bytes: Int { 4 * constants }
}
