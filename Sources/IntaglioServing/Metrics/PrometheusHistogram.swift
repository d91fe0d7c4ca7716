import CoreMetrics
import NIOConcurrencyHelpers

/// How many values were at most as large as each of some bounds.
final class PrometheusHistogram: RecorderHandler, TimerHandler {
  /// Bounds for times, in seconds.
  static let seconds = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  /// Bounds for counts.
  static let sizes: [Double] = [1, 2, 4, 8, 16, 32, 64, 128]

  private struct State {
    var counts: [Int]
    var sum = 0.0
    var total = 0
  }

  private let bounds: [Double]
  private let state: NIOLockedValueBox<State>

  /// - Parameter bounds: in ascending order.
  init(bounds: [Double]) {
    self.bounds = bounds
    state = NIOLockedValueBox(State(counts: [Int](repeating: 0, count: bounds.count)))
  }

  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let bucket = bounds.firstIndex { value <= $0 }
    state.withLockedValue { state in
      if let bucket { state.counts[bucket] += 1 }
      state.sum += value
      state.total += 1
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  func lines(_ key: PrometheusRegistry.Key) -> String {
    let state = state.withLockedValue { $0 }
    var (text, running) = ("", 0)
    for (bound, count) in zip(bounds, state.counts) {
      running += count
      text += "\(key.series("_bucket", ("le", bound.prometheus))) \(running)\n"
    }
    text += "\(key.series("_bucket", ("le", "+Inf"))) \(state.total)\n"
    text += "\(key.series("_sum")) \(state.sum.prometheus)\n"
    return text + "\(key.series("_count")) \(state.total)\n"
  }
}
