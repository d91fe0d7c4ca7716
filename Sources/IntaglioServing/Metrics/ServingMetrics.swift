import CoreMetrics
import Metrics
import NIOConcurrencyHelpers

/// What the server counts.
///
/// A class, because requests and executors share it; a metric is made once and kept.
public final class ServingMetrics: Sendable {
  /// What `/metrics` shows.
  public let registry: PrometheusRegistry

  private struct RequestKey: Hashable {
    let model: String
    let status: Int
  }

  private struct State {
    var requests: [RequestKey: Counter] = [:]
    var latencies: [String: Timer] = [:]
    var observers: [String: ModelObserver] = [:]
    /// What each stream of each model had cut off when it was last looked at.
    var saturations: [String: [String: Int]] = [:]
  }

  private let state = NIOLockedValueBox(State())

  public init() {
    registry = PrometheusRegistry(help: [
      "intaglio_requests_total": "Answered requests by model and HTTP status.",
      "intaglio_request_seconds": "From the head of a request to its answer.",
      "intaglio_queue_seconds": "What requests waited before their batch began.",
      "intaglio_engine_seconds": "What batches took.",
      "intaglio_batch_samples": "How many samples ran together.",
      "intaglio_images_total": "Samples that were answered.",
      "intaglio_queue_samples": "Samples that wait.",
      "intaglio_saturations_total": "Elements of integer streams that were cut off.",
      "intaglio_reloads_total": "Model files that were replaced, by result.",
    ])
  }

  /// Counts an answer.
  ///
  /// - Parameters:
  ///   - model: its name; empty for answers of the server itself.
  ///   - status: the HTTP status.
  ///   - nanoseconds: from the head of the request to its answer.
  package func answered(model: String, status: Int, nanoseconds: Int) {
    let (counter, timer) = state.withLockedValue { state in
      let key = RequestKey(model: model, status: status)
      let counter =
        state.requests[key]
        ?? Counter(
          label: "intaglio_requests_total",
          dimensions: [("model", model), ("status", "\(status)")],
          factory: registry
        )
      let timer =
        state.latencies[model]
        ?? Timer(
          label: "intaglio_request_seconds",
          dimensions: [("model", model)],
          factory: registry
        )
      (state.requests[key], state.latencies[model]) = (counter, timer)
      return (counter, timer)
    }
    counter.increment()
    timer.recordNanoseconds(nanoseconds)
  }

  package func reloaded(_ model: String, succeeded: Bool) {
    Counter(
      label: "intaglio_reloads_total",
      dimensions: [("model", model), ("result", succeeded ? "opened" : "failed")],
      factory: registry
    )
    .increment()
  }

  /// Who counts the batches of a model.
  package func observer(of model: String) -> any BatchObserver {
    state.withLockedValue { state in
      let observer = state.observers[model] ?? ModelObserver(model, registry)
      state.observers[model] = observer
      return observer
    }
  }

  /// Looks at the queue and the streams of a model.
  package func collect(_ pool: ModelPool) {
    Meter(
      label: "intaglio_queue_samples",
      dimensions: [("model", pool.name)],
      factory: registry
    )
    .set(pool.queue.depth)
    collectSaturations(of: pool)
  }

  package func collectSaturations(of pool: ModelPool) {
    for (stream, count) in pool.model.saturations {
      let more = state.withLockedValue { state in
        let before = state.saturations[pool.name]?[stream] ?? 0
        state.saturations[pool.name, default: [:]][stream] = max(before, count)
        return max(0, count - before)
      }
      Counter(
        label: "intaglio_saturations_total",
        dimensions: [("model", pool.name), ("stream", stream)],
        factory: registry
      )
      .increment(by: more)
    }
  }

  /// A model that is opened anew counts from 0.
  package func forgetSaturations(of model: String) {
    state.withLockedValue { $0.saturations[model] = nil }
  }
}

/// Counts the batches of one model.
private final class ModelObserver: BatchObserver {
  private let queue: Timer
  private let engine: Timer
  private let batch: Recorder
  private let images: Counter

  init(_ model: String, _ registry: PrometheusRegistry) {
    let dimensions = [("model", model)]
    queue = Timer(label: "intaglio_queue_seconds", dimensions: dimensions, factory: registry)
    engine = Timer(label: "intaglio_engine_seconds", dimensions: dimensions, factory: registry)
    batch = Recorder(
      label: "intaglio_batch_samples",
      dimensions: dimensions,
      aggregate: true,
      factory: registry
    )
    images = Counter(label: "intaglio_images_total", dimensions: dimensions, factory: registry)
  }

  func ran(batch count: Int, engineTime: Int, queueTimes: [Int]) {
    batch.record(count)
    images.increment(by: count)
    engine.recordNanoseconds(engineTime)
    for time in queueTimes { queue.recordNanoseconds(time) }
  }
}
