public import IntaglioNumerics

/// Scores → codes of how far each is from the largest of its row, by integer breakpoints: equation (36).
///
/// Along the last axis, y = table(max x − x), or table(x − min x) where the scores' scale is negative.
/// Distances are not negative; one beyond `farthest` counts as that.
public struct RowThresholds: Hashable, Sendable {
  public let type: IntegerType
  /// By distance; one for each row at most.
  public let tables: Broadcast<ThresholdTable>
  /// Whether distances are those from a row's largest element, not its smallest.
  public let fallsFromLargest: Bool

  /// As many steps as codes of 8 bits have.
  public static let mostThresholds = 255

  /// The largest distance that is told from others: below `Int32.max`, which stands for thresholds
  /// that are never reached.
  public static let farthest = Int(Int32.max) - 1

  public init(
    _ type: IntegerType,
    tables: Broadcast<ThresholdTable>,
    fallsFromLargest: Bool = true
  ) {
    self.type = type
    self.tables = tables
    self.fallsFromLargest = fallsFromLargest
  }

  /// Whether it can be applied to scores of `shape`.
  package func fits(_ shape: [Int]) -> Bool { fault(shape) == nil }

  func fault(_ shape: [Int]) -> String? {
    guard let width = shape.last, width > 0 else { return "expected at least one axis" }
    guard tables.fits(shape) else {
      return "threshold tables of shape \(tables.shape) do not stretch over it"
    }
    guard tables.extent(fromRight: 1) == 1 else { return "a table varies along the last axis" }
    guard type.bits <= 8, tables.values.allSatisfy({ $0.codes.allSatisfy(type.range.contains) })
    else { return "codes of at most 8 bits, and none of a table beyond them" }
    return tables.values.allSatisfy { $0.thresholds.count <= Self.mostThresholds }
      ? nil : "at most \(Self.mostThresholds) thresholds"
  }

  func apply(to elements: [Int], shape: [Int]) -> [Int] {
    let width = shape.last ?? 1
    let entries = tables.indices(over: Array(shape.dropLast()) + [1])
    var codes: [Int] = []
    codes.reserveCapacity(elements.count)
    for (row, start) in stride(from: 0, to: elements.count, by: width).enumerated() {
      let scores = elements[start..<start + width]
      let extreme = (fallsFromLargest ? scores.max() : scores.min()) ?? 0
      let table = tables.values[Int(entries[row])]
      codes += scores.map { table(min(abs(extreme - $0), Self.farthest)) }
    }
    return codes
  }
}
