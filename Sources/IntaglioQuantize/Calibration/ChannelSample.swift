/// Some rows of a value and the ends of every channel over all of them.
struct ChannelSample: Sendable {
  let channels: Int
  /// Row-major `[rows, channels]`.
  private(set) var rows: [Float] = []
  private(set) var lowest: [Float]
  private(set) var highest: [Float]
  private(set) var isFinite = true

  init(channels: Int) {
    self.channels = channels
    lowest = [Float](repeating: .infinity, count: channels)
    highest = [Float](repeating: -.infinity, count: channels)
  }

  /// - Parameters:
  ///   - values: `[rows, channels]`, row-major.
  ///   - limit: how many rows to keep, evenly spaced.
  ///   - turn: where the first of them lies, so that samples keep different rows.
  ///   - firstRowWeight: how much the first row counts, where the others count 1: it is kept so many times more
  ///     often than they are.
  mutating func add(_ values: [Float], limit: Int, turn: Int, firstRowWeight: Float = 1) {
    guard channels > 0 else { return }
    let count = values.count / channels
    for row in 0..<count {
      for channel in 0..<channels {
        let value = values[row * channels + channel]
        if !value.isFinite { isFinite = false }
        lowest[channel] = min(lowest[channel], value)
        highest[channel] = max(highest[channel], value)
      }
    }
    let kept = min(limit, count)
    for index in 0..<kept {
      let row = (index * count / kept + turn) % count
      rows += values[row * channels..<(row + 1) * channels]
    }
    guard firstRowWeight > 1, count > 1 else { return }
    let times = Int((firstRowWeight * Float(kept) / Float(count)).rounded())
    for _ in 0..<times { rows += values[..<channels] }
  }

  mutating func add(_ other: ChannelSample) {
    rows += other.rows
    isFinite = isFinite && other.isFinite
    for channel in 0..<channels {
      lowest[channel] = min(lowest[channel], other.lowest[channel])
      highest[channel] = max(highest[channel], other.highest[channel])
    }
  }

  /// The kept values of one channel.
  func values(of channel: Int) -> [Float] {
    stride(from: channel, to: rows.count, by: channels).map { rows[$0] }
  }
}
