/// Arithmetic on dimensions.
public enum Shape {
  /// The most elements that one value may have: positions are kept in 32 bits.
  public static let countLimit = Int(Int32.max)

  /// The number of elements, `nil` for a negative extent or more than `countLimit` elements.
  ///
  /// Dimensions of 0 count as 1 for the limit, so that no product of some of the dimensions overflows.
  public static func count(_ shape: [Int]) -> Int? {
    var (count, isEmpty) = (1, false)
    for extent in shape {
      guard (0...countLimit).contains(extent) else { return nil }
      isEmpty = isEmpty || extent == 0
      count *= max(extent, 1)
      if count > countLimit { return nil }
    }
    return isEmpty ? 0 : count
  }

  /// The shape of an elementwise result, by NumPy's rule; `nil` when `a` and `b` do not fit.
  public static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    var result: [Int] = []
    for distance in 1...max(a.count, b.count, 1) {
      let x = distance <= a.count ? a[a.count - distance] : 1
      let y = distance <= b.count ? b[b.count - distance] : 1
      guard x == y || x == 1 || y == 1 else { return nil }
      result.append(x == 1 ? y : x)
    }
    return Array(result.reversed().suffix(max(a.count, b.count)))
  }

  /// The row-major distance between neighbours along each axis.
  public static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// For every element of `target`, the element of a tensor of `shape` that stretches over it.
  /// - Precondition: `shape` broadcasts to `target`.
  public static func broadcastSources(from shape: [Int], to target: [Int]) -> [Int32] {
    let steps = broadcastStrides(from: shape, to: target)
    return sources(extents: target, steps: steps, start: 0)
  }

  /// How far a tensor of `shape`, stretched over `target`, advances along each axis of `target`.
  /// - Precondition: `shape` broadcasts to `target`.
  package static func broadcastStrides(from shape: [Int], to target: [Int]) -> [Int] {
    let padding = target.count - shape.count
    let own = strides(shape)
    return target.indices.map { axis in
      axis < padding || shape[axis - padding] == 1 ? 0 : own[axis - padding]
    }
  }

  /// Row-major walk over `extents` where axis `i` advances by `steps[i]`.
  static func sources(extents: [Int], steps: [Int], start: Int) -> [Int32] {
    var result: [Int32] = [Int32(start)]
    for (extent, step) in zip(extents, steps) {
      var next: [Int32] = []
      next.reserveCapacity(result.count * extent)
      for base in result {
        for index in 0..<extent { next.append(base + Int32(index * step)) }
      }
      result = next
    }
    return result
  }
}
