/// Values in order, with the sums of all up to each: what any quantizer does to them is known from where its
/// borders lie.
package struct SortedColumn: Sendable {
  /// Ascending.
  package let values: [Float]
  /// Σ x and Σ x² of the first 0, 1, 2, … values.
  private let sums: [Double]
  private let squares: [Double]

  package init(_ values: [Float]) {
    self.values = values.sorted()
    var (sum, square) = (0.0, 0.0)
    var (sums, squares) = ([0.0], [0.0])
    sums.reserveCapacity(values.count + 1)
    squares.reserveCapacity(values.count + 1)
    for value in self.values {
      sum += Double(value)
      square += Double(value) * Double(value)
      sums.append(sum)
      squares.append(square)
    }
    (self.sums, self.squares) = (sums, squares)
  }

  /// What lies between two borders.
  package struct Cell: Sendable {
    package internal(set) var count = 0.0
    package internal(set) var sum = 0.0
    package internal(set) var square = 0.0
  }

  /// The cells between ascending borders, the first below all, the last above: one more than borders.
  package func cells(between borders: some Collection<Float>) -> [Cell] {
    var cells: [Cell] = []
    cells.reserveCapacity(borders.count + 1)
    var start = 0
    func close(at end: Int) {
      cells.append(
        Cell(
          count: Double(end - start),
          sum: sums[end] - sums[start],
          square: squares[end] - squares[start]
        )
      )
      start = end
    }
    for border in borders { close(at: max(start, count(below: border))) }
    close(at: values.count)
    return cells
  }

  private func count(below border: Float) -> Int {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < border { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
