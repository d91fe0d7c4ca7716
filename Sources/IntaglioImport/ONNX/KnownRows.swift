import IntaglioGraph

/// The rows of a known tensor along one axis: for every index of the other axes, row-major, one.
struct KnownRows {
  let shape: [Int]
  let axis: Int
  private let values: [Double]

  init(_ constant: ONNXConstant, axis: Int, _ call: ONNXCall) throws(ONNXFault) {
    shape = constant.shape
    self.axis = try call.axis(axis, rank: constant.shape.count)
    values = constant.doubles
  }

  /// How many rows there are.
  var count: Int { shape[..<axis].reduce(1, *) * inner }
  /// How many elements a row has.
  var extent: Int { shape[axis] }
  private var inner: Int { shape[(axis + 1)...].reduce(1, *) }

  /// Where element `index` of a row stands in the tensor.
  func place(_ row: Int, _ index: Int) -> Int {
    (row / inner * extent + index) * inner + row % inner
  }

  /// Every row in order of value; of equal ones the first index comes first.
  func sorted(isDescending: Bool) -> [[(index: Int, value: Double)]] {
    (0..<count).map { row in
      (0..<extent).map { ($0, values[place(row, $0)]) }
        .sorted { a, b in
          if a.1 == b.1 { return a.0 < b.0 }
          return isDescending ? a.1 > b.1 : a.1 < b.1
        }
    }
  }

  /// For every element of a tensor whose axis has `extent` elements, which element it is of rows that stand
  /// one after the other.
  func sources(extent: Int) -> [Int] {
    let outer = shape[..<axis].reduce(1, *)
    var result: [Int] = []
    result.reserveCapacity(outer * extent * inner)
    for block in 0..<outer {
      for index in 0..<extent {
        for place in 0..<inner { result.append((block * inner + place) * extent + index) }
      }
    }
    return result
  }
}
