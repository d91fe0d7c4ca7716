import IntaglioGraph

/// Loops over elements along a walk.
///
/// Inner loops have constant steps, so that they vectorize.
enum ElementKernels {
  /// `body` of every pair that the walk meets, in order.
  /// - Precondition: the walk stays inside `a` and `b`.
  @inline(__always)
  static func zip<A, B, Result>(
    _ a: [A],
    _ b: [B],
    _ walk: StridedWalk,
    _ body: (A, B) -> Result
  ) -> [Result] {
    precondition(walk.fits([a.count, b.count]), "the walk leaves its arrays")
    let (length, steps, rows) = (walk.length, walk.steps, walk.rowCount)
    let (first, second) = (walk.bases[0], walk.bases[1])
    return [Result](unsafeUninitializedCapacity: walk.count) { result, count in
      count = walk.count
      guard count > 0, let target = result.baseAddress else { return }
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          for row in 0..<rows {
            let (x, y) = (a + Int(first[row]), b + Int(second[row]))
            let z = target + row * length
            switch (steps[0], steps[1]) {
            case (1, 1): for i in 0..<length { (z + i).initialize(to: body(x[i], y[i])) }
            case (1, 0):
              let y = y[0]
              for i in 0..<length { (z + i).initialize(to: body(x[i], y)) }
            case (0, 1):
              let x = x[0]
              for i in 0..<length { (z + i).initialize(to: body(x, y[i])) }
            case (let p, let q):
              for i in 0..<length { (z + i).initialize(to: body(x[i * p], y[i * q])) }
            }
          }
        }
      }
    }
  }

  /// The elements that the walk meets, in order.
  /// - Precondition: the walk stays inside `values`.
  static func gather<Element>(_ values: [Element], _ walk: StridedWalk) -> [Element] {
    precondition(walk.fits([values.count]), "the walk leaves its array")
    let (length, step, bases) = (walk.length, walk.steps[0], walk.bases[0])
    return [Element](unsafeUninitializedCapacity: walk.count) { result, count in
      count = walk.count
      guard count > 0, var target = result.baseAddress else { return }
      values.withUnsafeBufferPointer { values in
        guard let values = values.baseAddress else { return }
        for base in bases {
          let source = values + Int(base)
          if step == 1 {
            target.initialize(from: source, count: length)
          } else {
            for i in 0..<length { (target + i).initialize(to: source[i * step]) }
          }
          target += length
        }
      }
    }
  }

  /// The column matrices of every group of `groupCount` elements: `sources` of each, 0 at −1.
  static func columns<Element: Numeric>(
    _ values: [Element],
    _ sources: [Int32],
    groupCount: Int
  ) -> [Element] {
    guard groupCount > 0 else { return [] }
    var result: [Element] = []
    result.reserveCapacity(values.count / groupCount * sources.count)
    for start in stride(from: 0, to: values.count, by: groupCount) {
      for source in sources { result.append(source < 0 ? 0 : values[start + Int(source)]) }
    }
    return result
  }

  /// Sums along `axis` of a tensor of `shape`, in increasing order of index.
  static func sums<Element: Numeric>(_ values: [Element], _ shape: [Int], _ axis: Int) -> [Element]
  {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    var result = [Element](repeating: 0, count: outer * inner)
    for block in 0..<outer {
      for index in 0..<shape[axis] {
        let source = (block * shape[axis] + index) * inner
        for place in 0..<inner { result[block * inner + place] += values[source + place] }
      }
    }
    return result
  }
}

extension StridedWalk {
  /// Whether every position is inside arrays of these lengths.
  fileprivate func fits(_ counts: [Int]) -> Bool {
    guard count > 0 else { return true }
    return counts.indices.allSatisfy { array in
      let reach = Swift.max(0, steps[array] * (length - 1))
      return bases[array].allSatisfy { $0 >= 0 && Int($0) + reach < counts[array] }
        && steps[array] >= 0
    }
  }
}
