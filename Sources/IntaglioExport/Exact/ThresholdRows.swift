import IntaglioGraph
import IntaglioNumerics

/// Threshold tables of equal length, one for each entry, to be searched in halves.
struct ThresholdRows {
  /// How many halvings; a row has 2^steps − 1 thresholds and one place more.
  let steps: Int
  /// Row after row, filled up with what no integer reaches.
  let thresholds: [Int]
  /// The code at each place of a row, the last one repeated.
  let codes: [Int]
  /// Where the row of each entry begins.
  let starts: Broadcast<Int>

  static let never = 1 << 40

  var width: Int { 1 << steps }

  init(_ tables: Broadcast<ThresholdTable>) {
    let most = tables.values.map(\.thresholds.count).max() ?? 0
    let steps = Int.bitWidth - most.leadingZeroBitCount
    let width = 1 << steps
    self.steps = steps
    // Equal tables stand once.
    var known: [ThresholdTable: Int] = [:]
    var (thresholds, codes): ([Int], [Int]) = ([], [])
    let starts = tables.values.map { table in
      if let start = known[table] { return start }
      let start = thresholds.count
      known[table] = start
      thresholds += table.thresholds
      thresholds += Array(repeating: Self.never, count: width - table.thresholds.count)
      codes += table.codes
      let last = table.codes[table.codes.count - 1]
      codes += Array(repeating: last, count: width - table.codes.count)
      return start
    }
    (self.thresholds, self.codes) = (thresholds, codes)
    self.starts = Broadcast(starts, shape: tables.shape)
  }
}
