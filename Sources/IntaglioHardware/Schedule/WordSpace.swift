/// Words of a memory that are given out and taken back.
struct WordSpace {
  private(set) var size = 0
  /// Free ranges below `size`, ascending.
  private var free: [Range<Int>] = []

  mutating func reserve(_ count: Int) -> Int {
    if let index = free.firstIndex(where: { $0.count >= count }) {
      let range = free[index]
      if range.count == count {
        free.remove(at: index)
      } else {
        free[index] = range.lowerBound + count..<range.upperBound
      }
      return range.lowerBound
    }
    // A free end grows.
    let start = free.last.flatMap { $0.upperBound == size ? $0.lowerBound : nil } ?? size
    if start < size { free.removeLast() }
    size = start + count
    return start
  }

  mutating func release(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    var merged = range
    free.removeAll { other in
      guard other.upperBound == merged.lowerBound || other.lowerBound == merged.upperBound
      else { return false }
      merged = min(other.lowerBound, merged.lowerBound)..<max(other.upperBound, merged.upperBound)
      return true
    }
    free.append(merged)
    free.sort { $0.lowerBound < $1.lowerBound }
  }
}
