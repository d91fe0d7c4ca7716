import IntaglioGraph
import IntaglioNumerics
import IntaglioQuantize
import IntaglioRewrite
import IntaglioRuntime
import Synchronization

/// The largest magnitude of every channel of every stream, over calibration samples.
struct StreamCalibration: Sendable {
  /// By stream point; one number per index of the last axis.
  let magnitudes: [Value: [Double]]

  /// Runs the program with float nonlinearities and watches its streams.
  ///
  /// - Parameters:
  ///   - program: what `Pipeline` left.
  ///   - points: the values to watch.
  ///   - samples: inputs of the model.
  ///   - threads: how many samples are in work at a time.
  ///   - progress: told how many samples are done.
  /// - Throws: `PlanError`, `ExecutionError`.
  init(
    _ program: IntegerGraph,
    points: [Value],
    samples: CalibrationSamples,
    threads: Int,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    let plan = try Plan(program, options: PlanOptions(observable: Set(points)))
    try plan.reserve(passes: min(threads, samples.count))
    let executor = Executor(plan)
    let widths = Dictionary(
      uniqueKeysWithValues: points.map { ($0, max(program.graph.type(of: $0).shape.last ?? 1, 1)) }
    )
    let found = try ParallelMap(threads: threads).map(samples.count) { index in
      var magnitudes: [Value: [Double]] = [:]
      _ = try executor.run(samples(index)) { value, contents in
        guard case .real(let reals) = contents, let width = widths[value] else { return nil }
        var largest = [Float](repeating: 0, count: width)
        for (position, real) in reals.enumerated() {
          largest[position % width] = max(largest[position % width], real.magnitude)
        }
        magnitudes[value] = largest.map(Double.init)
        return nil
      }
      return magnitudes
    } progress: {
      progress?($0)
    }
    magnitudes = found.reduce(into: [:]) { total, one in
      total.merge(one) { zip($0, $1).map { max($0, $1) } }
    }
  }
}
