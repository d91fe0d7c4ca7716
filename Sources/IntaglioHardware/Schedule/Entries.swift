/// Entries of a table, every one once.
struct Entries<Element: Hashable> {
  private(set) var values: [Element] = []
  private var known: [[Element]: Int] = [:]

  /// Where `group` stands, its entries one after the other.
  mutating func add(_ group: [Element]) -> Int {
    if let first = known[group] { return first }
    let first = values.count
    values += group
    known[group] = first
    return first
  }
}
