/// How several arrays are read side by side, element by element of one result, as rows.
///
/// Neighbouring axes merge where every array advances evenly over them, so a whole contiguous
/// tensor is one row. Within a row array `i` advances by `steps[i]`; row `r` starts at
/// `bases[i][r]`.
package struct StridedWalk: Sendable {
  package let length: Int
  package let steps: [Int]
  package let bases: [[Int32]]

  /// Walks `extents` in row-major order; array `i` starts at `starts[i]` and advances by
  /// `strides[i]`, one stride per axis.
  package init(extents: [Int], strides: [[Int]], starts: [Int]) {
    guard !extents.contains(0) else {
      self.length = 0
      self.steps = strides.map { _ in 1 }
      self.bases = strides.map { _ in [] }
      return
    }
    var length = 1
    var steps = strides.map { _ in 0 }
    var outer = extents.count
    while outer > 0 {
      let axis = outer - 1
      let advance = strides.map { $0[axis] }
      if extents[axis] > 1 {
        guard length == 1 || advance == steps.map({ $0 * length }) else { break }
        if length == 1 { steps = advance }
        length *= extents[axis]
      }
      outer = axis
    }
    self.length = length
    self.steps = steps
    self.bases = zip(strides, starts).map { strides, start in
      Shape.sources(
        extents: Array(extents[..<outer]),
        steps: Array(strides[..<outer]),
        start: start
      )
    }
  }

  /// Walks `target` with one array of each of `shapes` stretched over it.
  /// - Precondition: every shape broadcasts to `target`.
  package init(stretching shapes: [[Int]], over target: [Int]) {
    self.init(
      extents: target,
      strides: shapes.map { Shape.broadcastStrides(from: $0, to: target) },
      starts: shapes.map { _ in 0 }
    )
  }

  /// Walks the result of `layout` applied to an array of `shape`.
  package init(_ layout: Layout, from shape: [Int]) {
    let strides = Shape.strides(shape)
    let target = layout.shape(from: shape)
    switch layout {
    case .reshape:
      self.init(extents: target, strides: [Shape.strides(target)], starts: [0])
    case .transpose(let permutation):
      self.init(extents: target, strides: [permutation.map { strides[$0] }], starts: [0])
    case .slice(let axis, let start, _):
      self.init(extents: target, strides: [strides], starts: [start * strides[axis]])
    case .broadcast:
      self.init(stretching: [shape], over: target)
    }
  }

  /// How many elements the walk visits.
  package var count: Int { length * rowCount }
  package var rowCount: Int { bases.first?.count ?? 0 }
}

extension StridedWalk {
  /// `body` of every position in the first array, in order.
  func collect<Result>(_ body: (Int) -> Result) -> [Result] {
    var result: [Result] = []
    result.reserveCapacity(count)
    for base in bases[0] {
      var i = Int(base)
      for _ in 0..<length {
        result.append(body(i))
        i += steps[0]
      }
    }
    return result
  }

  /// `body` of every pair of positions in the first two arrays, in order.
  func collect<Result, Failure: Error>(
    _ body: (Int, Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    var result: [Result] = []
    result.reserveCapacity(count)
    let (first, second) = (steps[0], steps[1])
    for row in 0..<rowCount {
      var (i, j) = (Int(bases[0][row]), Int(bases[1][row]))
      for _ in 0..<length {
        result.append(try body(i, j))
        i += first
        j += second
      }
    }
    return result
  }
}
