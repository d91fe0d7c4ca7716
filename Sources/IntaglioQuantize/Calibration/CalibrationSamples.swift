/// The inputs of a model that calibrate it, made when they are asked for.
public struct CalibrationSamples: Sendable {
  public let count: Int
  private let make: @Sendable (Int) throws -> [Float]

  /// - Parameters:
  ///   - count: how many there are.
  ///   - make: the elements of one sample, from any thread; the same each time.
  public init(count: Int, _ make: @escaping @Sendable (Int) throws -> [Float]) {
    (self.count, self.make) = (count, make)
  }

  /// At most so many of them, evenly spaced.
  func spread(to most: Int) -> CalibrationSamples {
    guard count > most else { return self }
    let all = self
    return CalibrationSamples(count: most) { try all($0 * all.count / most) }
  }

  /// Every second one, and the others.
  var halves: (CalibrationSamples, CalibrationSamples) {
    let all = self
    return (
      CalibrationSamples(count: (count + 1) / 2) { try all(2 * $0) },
      CalibrationSamples(count: count / 2) { try all(2 * $0 + 1) }
    )
  }

  /// Samples that are there already.
  public init(_ samples: [[Float]]) { self.init(count: samples.count) { samples[$0] } }

  /// The elements of sample `index`.
  ///
  /// - Throws: what making it throws.
  public func callAsFunction(_ index: Int) throws -> [Float] { try make(index) }
}
