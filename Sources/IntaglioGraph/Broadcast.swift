/// A small array that stretches over a larger one: scales, zero points, offsets.
///
/// Axes line up from the right, as in NumPy; an axis of extent 1 repeats. The form is canonical:
/// an axis along which nothing varies has extent 1, and no axis of extent 1 stands in front. So one
/// number has the shape `[]`, one number per output channel `[n]`, one per head `[heads, 1, 1]`,
/// and two broadcasts are equal exactly when they mean the same.
///
/// What touches every element is inlinable: other rooms stretch broadcasts of their own types over
/// whole activations.
public struct Broadcast<Element: Hashable & Sendable>: Hashable, Sendable {
  public let shape: [Int]
  /// Row-major, `shape` product many.
  public let values: [Element]

  /// One value everywhere.
  public init(_ value: Element) {
    self.shape = []
    self.values = [value]
  }

  /// - Precondition: `values` fills `shape`, and no extent is zero.
  @inlinable
  public init(_ values: [Element], shape: [Int]) {
    precondition(
      values.count == shape.reduce(1, *) && !values.isEmpty,
      "values must fill the shape"
    )
    self = Self(uncheckedValues: values, shape: shape).canonical
  }

  /// One value per index of `axis`, for a tensor of `rank` axes.
  /// - Precondition: `axis` is one of them and `values` is not empty.
  public init(_ values: [Element], axis: Int, rank: Int) {
    precondition((0..<rank).contains(axis), "axis \(axis) of a tensor of rank \(rank)")
    self.init(values, shape: [values.count] + Array(repeating: 1, count: rank - 1 - axis))
  }

  @inlinable
  init(uncheckedValues values: [Element], shape: [Int]) {
    self.shape = shape
    self.values = values
  }

  /// The one value, or `nil` where it varies.
  public var uniform: Element? { shape.isEmpty ? values[0] : nil }

  /// The extent of the axis that is `distance` from the right (1 = last); 1 where it does not vary.
  public func extent(fromRight distance: Int) -> Int {
    distance <= shape.count ? shape[shape.count - distance] : 1
  }

  /// Whether every axis lines up with `target`.
  public func fits(_ target: [Int]) -> Bool {
    shape.count <= target.count
      && zip(shape.reversed(), target.reversed()).allSatisfy { $0 == 1 || $0 == $1 }
  }

  @inlinable
  public func map<T>(_ transform: (Element) throws -> T) rethrows -> Broadcast<T> {
    Broadcast<T>(try values.map(transform), shape: shape)
  }

  /// `combine` applied to both, stretched over each other; `nil` when the shapes do not fit.
  @inlinable
  public func combined<Other, T>(
    _ other: Broadcast<Other>,
    _ combine: (Element, Other) throws -> T
  ) rethrows -> Broadcast<T>? {
    guard let shape = Shape.broadcast(self.shape, other.shape) else { return nil }
    let (mine, theirs) = (indices(over: shape), other.indices(over: shape))
    return Broadcast<T>(
      try zip(mine, theirs).map { try combine(values[Int($0)], other.values[Int($1)]) },
      shape: shape
    )
  }

  /// For every element of `target`, row-major, which entry of `values` belongs to it.
  /// - Precondition: this broadcast fits `target`.
  public func indices(over target: [Int]) -> [Int32] {
    precondition(fits(target), "\(shape) does not stretch over \(target)")
    return Shape.broadcastSources(from: shape, to: target)
  }

  /// One value for every element of `target`.
  @inlinable
  public func expanded(over target: [Int]) -> [Element] {
    indices(over: target).map { values[Int($0)] }
  }

  /// The broadcast that `layout` makes of this one when it moves a tensor of `shape`.
  ///
  /// Over a result without elements every value means the same, so the first stands for all.
  public func moved(_ layout: Layout, from shape: [Int]) -> Broadcast {
    guard uniform == nil else { return self }
    if layout.shape(from: shape).contains(0) { return Broadcast(values[0]) }
    let entries = indices(over: shape)
    let moved = layout.sources(from: shape).map { entries[Int($0)] }
    let collapsed = Broadcast<Int32>(moved, shape: layout.shape(from: shape))
    return Broadcast(
      uncheckedValues: collapsed.values.map { values[Int($0)] },
      shape: collapsed.shape
    )
    .canonical
  }

  @inlinable
  var canonical: Broadcast {
    var (values, shape) = (values, shape)
    for axis in shape.indices where shape[axis] > 1 {
      let inner = shape[(axis + 1)...].reduce(1, *)
      let extent = shape[axis]
      let varies = values.indices.contains { index in
        let along = index / inner % extent
        return along > 0 && values[index] != values[index - along * inner]
      }
      guard !varies else { continue }
      values = values.indices.filter { $0 / inner % extent == 0 }.map { values[$0] }
      shape[axis] = 1
    }
    return Broadcast(uncheckedValues: values, shape: Array(shape.drop { $0 == 1 }))
  }
}
