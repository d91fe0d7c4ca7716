/// A table of codes as 256 cells of 256 indices with few steps each, (18b).
///
/// Neighbouring entries of a quantized function are mostly equal. A few rows of 256 bytes then say what
/// 65,536 bytes would, and stay in registers.
package struct LookupSegments {
  /// How many rows of places where the code grows by 1, and where it falls.
  package let (rises, falls): (Int, Int)
  /// 256 codes, those of the first index of each cell, and 256 places for each rise and fall: the last
  /// offset in the cell before the step, 255 where there is none.
  ///
  /// Cells are in the order of the upper byte of an index in 16 bits: 0 to 127, then −128 to −1.
  package let bytes: [UInt8]

  /// So many rows still take less time than the table.
  static let mostSteps = 16

  /// The cells of a table whose entries are the codes of the indices from `first` on; what is before or
  /// behind them has the first or the last one.
  ///
  /// Every entry is visited, so the form is equal to the table and not close to it. `nil` where an
  /// index takes more than 16 bits, or a cell has more steps than pay.
  package init?(first: Int, entries: [Int]) {
    guard !entries.isEmpty, first >= Int(Int16.min), first + entries.count - 1 <= Int(Int16.max)
    else { return nil }
    func code(_ index: Int) -> Int { entries[min(max(index - first, 0), entries.count - 1)] }
    var bases: [UInt8] = []
    var (rises, falls): ([[UInt8]], [[UInt8]]) = ([], [])
    for cell in UInt8.min ... .max {
      let start = Int(Int8(bitPattern: cell)) << 8
      var (rising, falling): ([UInt8], [UInt8]) = ([], [])
      for offset in UInt8.min..<UInt8.max {
        let change = code(start + Int(offset) + 1) - code(start + Int(offset))
        guard change.magnitude <= Self.mostSteps else { return nil }
        rising += repeatElement(offset, count: max(change, 0))
        falling += repeatElement(offset, count: max(-change, 0))
      }
      bases.append(UInt8(truncatingIfNeeded: code(start)))
      rises.append(rising)
      falls.append(falling)
    }
    self.rises = rises.map(\.count).max() ?? 0
    self.falls = falls.map(\.count).max() ?? 0
    guard self.rises + self.falls <= Self.mostSteps else { return nil }
    bytes = bases + Self.rows(rises, count: self.rises) + Self.rows(falls, count: self.falls)
  }

  /// `count` rows: the first places of all cells, then the second ones, and so on.
  private static func rows(_ places: [[UInt8]], count: Int) -> [UInt8] {
    (0..<count).flatMap { row in places.map { row < $0.count ? $0[row] : .max } }
  }
}
