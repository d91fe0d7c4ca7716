import IntaglioGraph

/// The inner products of constant weights: columns of a right factor, rows of a left one.
struct InnerProducts {
  /// What the sums can be when factor k of each is within its range.
  struct Bounds {
    /// One for each sum, batches first.
    let ranges: [ClosedRange<Int>]
    /// How the sums stand in the result: along its last axis, or along the one before.
    let shape: [Int]
    /// The largest Σₖ |aₖ·bₖ|: no partial sum, in any order, is beyond it.
    let magnitude: Int
  }

  /// The leading axes of the weights.
  private let batch: [Int]
  /// How many sums a batch has.
  private let count: Int
  let depth: Int
  private let weights: [Int]
  /// Whether the sums of a batch stand side by side, their terms below each other.
  private let isLeft: Bool

  /// `nil` where `value` is no constant of integers.
  init?(_ value: Value, isLeft: Bool, in graph: Graph) {
    guard let weights = graph.constant(value)?.integers else { return nil }
    let shape = graph.type(of: value).shape
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    batch = Array(shape.dropLast(2))
    (count, depth) = isLeft ? (rows, columns) : (columns, rows)
    self.weights = weights
    self.isLeft = isLeft
  }

  /// - Precondition: there is one range for each k.
  func bounds(for factors: [ClosedRange<Int>]) -> Bounds {
    precondition(factors.count == depth, "one range for each step of the contraction")
    let batches = batch.reduce(1, *)
    let shape = batch + (isLeft ? [count, 1] : [1, count])
    let sums = batches * count
    guard fits(factors) else {
      let everything = [ClosedRange<Int>](repeating: .min ... .max, count: sums)
      return Bounds(ranges: everything, shape: shape, magnitude: .max)
    }
    var (low, high) = ([Int](repeating: 0, count: sums), [Int](repeating: 0, count: sums))
    var magnitudes = low
    // The rows of a left factor are sums of their own, each with one weight per k.
    let (groups, width) = isLeft ? (sums, 1) : (batches, count)
    for group in 0..<groups {
      for (k, factor) in factors.enumerated() {
        let (least, greatest) = (factor.lowerBound, factor.upperBound)
        let largest = Int(clamping: max(least.magnitude, greatest.magnitude))
        let (first, row) = (group * width, (group * depth + k) * width)
        for j in 0..<width {
          let weight = weights[row + j]
          low[first + j] &+= weight > 0 ? weight &* least : weight &* greatest
          high[first + j] &+= weight > 0 ? weight &* greatest : weight &* least
          magnitudes[first + j] &+= abs(weight) &* largest
        }
      }
    }
    return Bounds(
      ranges: zip(low, high).map { $0...$1 },
      shape: shape,
      magnitude: magnitudes.max() ?? 0
    )
  }

  /// Whether 62 bits hold every sum.
  private func fits(_ factors: [ClosedRange<Int>]) -> Bool {
    let factor = factors.reduce(0 as UInt) {
      max($0, $1.lowerBound.magnitude, $1.upperBound.magnitude)
    }
    let weight = weights.reduce(0 as UInt) { max($0, $1.magnitude) }
    let (product, isLong) = factor.multipliedReportingOverflow(by: weight)
    let (sum, isLonger) = product.multipliedReportingOverflow(by: UInt(depth))
    return !isLong && !isLonger && sum < 1 << 62
  }
}
