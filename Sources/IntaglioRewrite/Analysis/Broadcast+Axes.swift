import IntaglioGraph

extension Broadcast {
  /// The broadcast over a concatenation along `axis` of tensors of `shapes`, each with its part.
  ///
  /// Parts without elements have no say; where none has any, the first value stands for all.
  init(joining parts: [Broadcast], over shapes: [[Int]], axis: Int) {
    if let first = parts.first, first.uniform != nil, parts.allSatisfy({ $0 == first }) {
      self = first
      return
    }
    guard shapes.contains(where: { !$0.contains(0) }) else {
      self.init(parts[0].values[0])
      return
    }
    let outer = shapes[0][..<axis].reduce(1, *)
    let expanded = zip(parts, shapes).map { part, shape in
      (values: part.expanded(over: shape), inner: shape[axis...].reduce(1, *))
    }
    var values: [Element] = []
    for row in 0..<outer {
      for part in expanded { values += part.values[row * part.inner..<(row + 1) * part.inner] }
    }
    var shape = shapes[0]
    shape[axis] = shapes.reduce(0) { $0 + $1[axis] }
    self.init(values, shape: shape)
  }

  /// All values along the axis that is `distance` from the right put together by `combine`, first
  /// to last; the axis keeps extent 1.
  func folded(fromRight distance: Int, _ combine: (Element, Element) -> Element) -> Broadcast {
    let extent = extent(fromRight: distance)
    guard extent > 1 else { return self }
    let axis = self.shape.count - distance
    let inner = self.shape[(axis + 1)...].reduce(1, *)
    var values: [Element] = []
    values.reserveCapacity(self.values.count / extent)
    for first in stride(from: 0, to: self.values.count, by: extent * inner) {
      for start in first..<first + inner {
        var value = self.values[start]
        for index in 1..<extent { value = combine(value, self.values[start + index * inner]) }
        values.append(value)
      }
    }
    var shape = self.shape
    shape[axis] = 1
    return Broadcast(values, shape: shape)
  }

  /// All axes but the one that is `distance` from the right put together: one value for each of the
  /// `extent` indices of that axis.
  func along(
    fromRight distance: Int,
    extent: Int,
    _ combine: (Element, Element) -> Element
  ) -> [Element] {
    var result = self
    for other in shape.indices.map({ $0 + 1 }) where other != distance {
      result = result.folded(fromRight: other, combine)
    }
    return result.values.count == extent
      ? result.values : [Element](repeating: result.values[0], count: extent)
  }
}
