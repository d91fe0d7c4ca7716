/// Puts channels into groups that share one range, with the least noise that so many groups can have.
package struct ChannelGroups: Sendable {
  package let most: Int

  package init(most: Int) { self.most = most }

  /// - Parameter ranges: the ends of every channel.
  /// - Returns: the groups, channels in ascending order; the noise of a group counts as its number of channels
  ///   times the square of its widest range, so they are stretches of the channels in order of range, and the best
  ///   stretches are found exactly by dynamic programming.
  package func groups(_ ranges: [(low: Float, high: Float)]) -> [[Int]] {
    let count = ranges.count
    guard count > 0 else { return [] }
    let widths = ranges.map { Double($0.high) - Double($0.low) }
    let order = widths.indices.sorted {
      widths[$0] == widths[$1] ? $0 < $1 : widths[$0] < widths[$1]
    }
    // costs[g][end]: of the first `end` channels in order, in g + 1 groups.
    var costs = [[Double](repeating: 0, count: count + 1)]
    for end in 1...count { costs[0][end] = Double(end) * square(widths[order[end - 1]]) }
    var starts: [[Int]] = [[Int](repeating: 0, count: count + 1)]
    for groups in 1..<max(min(most, count), 1) {
      var (cost, start) = (costs[groups - 1], [Int](repeating: 0, count: count + 1))
      for end in 1...count {
        start[end] = end
        for split in 1..<end {
          let found =
            costs[groups - 1][split] + Double(end - split) * square(widths[order[end - 1]])
          if found < cost[end] { (cost[end], start[end]) = (found, split) }
        }
      }
      costs.append(cost)
      starts.append(start)
    }
    var (groups, end) = ([[Int]](), count)
    for level in starts.indices.reversed() where end > 0 {
      let start = starts[level][end]
      if start < end { groups.append(order[start..<end].sorted()) }
      end = start
    }
    return groups.reversed()
  }

  private func square(_ width: Double) -> Double { width.isFinite ? width * width : 0 }
}
