import CoreMetrics
import NIOConcurrencyHelpers

/// A counter or a gauge.
final class PrometheusNumber: CounterHandler, MeterHandler, RecorderHandler {
  let isCounter: Bool
  private let value = NIOLockedValueBox(0.0)

  init(isCounter: Bool) { self.isCounter = isCounter }

  func increment(by amount: Int64) { value.withLockedValue { $0 += Double(amount) } }
  func increment(by amount: Double) { value.withLockedValue { $0 += amount } }
  func decrement(by amount: Double) { value.withLockedValue { $0 -= amount } }
  func reset() { set(0.0) }
  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { self.value.withLockedValue { $0 = value } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }

  func lines(_ key: PrometheusRegistry.Key) -> String {
    "\(key.series()) \(value.withLockedValue { $0 }.prometheus)\n"
  }
}

extension Double {
  /// Whole numbers without a fraction.
  var prometheus: String {
    if let whole = Int64(exactly: self), magnitude < 0x1p53 { return "\(whole)" }
    return isNaN ? "NaN" : isInfinite ? (self < 0 ? "-Inf" : "+Inf") : description
  }
}
