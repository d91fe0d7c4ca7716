public import CoreMetrics
import NIOConcurrencyHelpers

/// Metrics as Prometheus reads them: text exposition format 0.0.4.
///
/// A class, because everybody who counts shares it.
public final class PrometheusRegistry: MetricsFactory {
  struct Key: Hashable {
    let label: String
    let dimensions: [Dimension]
  }

  struct Dimension: Hashable, Comparable {
    let name: String
    let value: String

    static func < (one: Self, other: Self) -> Bool {
      (one.name, one.value) < (other.name, other.value)
    }
  }

  private struct State {
    var numbers: [Key: PrometheusNumber] = [:]
    var histograms: [Key: PrometheusHistogram] = [:]
  }

  private let state = NIOLockedValueBox(State())
  /// What each metric says, by label.
  private let help: [String: String]

  /// - Parameter help: one line for each label.
  public init(help: [String: String] = [:]) { self.help = help }

  private func key(_ label: String, _ dimensions: [(String, String)]) -> Key {
    Key(
      label: label.prometheusName,
      dimensions: dimensions.map { Dimension(name: $0.prometheusName, value: $1) }.sorted()
    )
  }

  private func number(
    _ label: String,
    _ dimensions: [(String, String)],
    isCounter: Bool
  ) -> PrometheusNumber {
    let key = key(label, dimensions)
    return state.withLockedValue { state in
      if let number = state.numbers[key] { return number }
      let number = PrometheusNumber(isCounter: isCounter)
      state.numbers[key] = number
      return number
    }
  }

  private func histogram(
    _ label: String,
    _ dimensions: [(String, String)],
    bounds: [Double]
  ) -> PrometheusHistogram {
    let key = key(label, dimensions)
    return state.withLockedValue { state in
      if let histogram = state.histograms[key] { return histogram }
      let histogram = PrometheusHistogram(bounds: bounds)
      state.histograms[key] = histogram
      return histogram
    }
  }

  public func makeCounter(
    label: String,
    dimensions: [(String, String)]
  ) -> any CounterHandler {
    number(label, dimensions, isCounter: true)
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    number(label, dimensions, isCounter: false)
  }

  public func makeRecorder(
    label: String,
    dimensions: [(String, String)],
    aggregate: Bool
  ) -> any RecorderHandler {
    aggregate
      ? histogram(label, dimensions, bounds: PrometheusHistogram.sizes)
      : number(label, dimensions, isCounter: false)
  }

  /// Times are in seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions, bounds: PrometheusHistogram.seconds)
  }

  // Metrics live as long as the process.
  public func destroyCounter(_: any CounterHandler) {}
  public func destroyMeter(_: any MeterHandler) {}
  public func destroyRecorder(_: any RecorderHandler) {}
  public func destroyTimer(_: any TimerHandler) {}

  /// All metrics, in the order of their names.
  public var text: String {
    let state = state.withLockedValue { $0 }
    var families: [String: (kind: String, lines: [(Key, String)])] = [:]
    for (key, number) in state.numbers {
      families[key.label, default: (number.isCounter ? "counter" : "gauge", [])].lines
        .append((key, number.lines(key)))
    }
    for (key, histogram) in state.histograms {
      families[key.label, default: ("histogram", [])].lines.append((key, histogram.lines(key)))
    }
    var text = ""
    for (label, family) in families.sorted(by: { $0.key < $1.key }) {
      if let help = help[label] { text += "# HELP \(label) \(help)\n" }
      text += "# TYPE \(label) \(family.kind)\n"
      for (_, lines) in family.lines.sorted(by: {
        $0.0.dimensions.lexicographicallyPrecedes($1.0.dimensions)
      }) {
        text += lines
      }
    }
    return text
  }
}

extension PrometheusRegistry.Key {
  /// `name{a="b"}`.
  func series(_ suffix: String = "", _ more: (String, String)? = nil) -> String {
    var parts = dimensions.map { "\($0.name)=\"\($0.value.prometheusValue)\"" }
    if let more { parts.append("\(more.0)=\"\(more.1)\"") }
    return label + suffix + (parts.isEmpty ? "" : "{\(parts.joined(separator: ","))}")
  }
}

extension String {
  /// The text with `_` for whatever a name may not have.
  fileprivate var prometheusName: String {
    String(
      unicodeScalars.map { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
          ? Character(scalar) : "_"
      }
    )
  }

  fileprivate var prometheusValue: String {
    replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
