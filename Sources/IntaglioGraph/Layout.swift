/// A change of place that touches no element: the operations that any scale moves past.
///
/// Slicing drops elements, broadcasting repeats them; none changes one.
public enum Layout: Hashable, Sendable {
  /// The same elements in other dimensions.
  case reshape([Int])
  /// Axis `i` of the result is axis `permutation[i]` of the operand.
  case transpose([Int])
  /// The part `start ..< start + count` of `axis`.
  case slice(axis: Int, start: Int, count: Int)
  /// Stretched by NumPy's rule.
  case broadcast([Int])

  /// The shape that an operand of `shape` takes.
  /// - Precondition: the change is valid for `shape`; `Graph` has checked it.
  public func shape(from shape: [Int]) -> [Int] {
    switch self {
    case .reshape(let target), .broadcast(let target): target
    case .transpose(let permutation): permutation.map { shape[$0] }
    case .slice(let axis, _, let count):
      Array(shape[..<axis]) + [count] + shape[(axis + 1)...]
    }
  }

  /// For every element of the result, row-major, where it stands in an operand of `shape`.
  public func sources(from shape: [Int]) -> [Int32] {
    let strides = Shape.strides(shape)
    switch self {
    case .reshape(let target):
      return (0..<Int32(target.reduce(1, *))).map { $0 }
    case .transpose(let permutation):
      return Shape.sources(
        extents: permutation.map { shape[$0] },
        steps: permutation.map { strides[$0] },
        start: 0
      )
    case .slice(let axis, let start, _):
      return Shape.sources(
        extents: self.shape(from: shape),
        steps: strides,
        start: start * strides[axis]
      )
    case .broadcast(let target):
      return Shape.broadcastSources(from: shape, to: target)
    }
  }
}
