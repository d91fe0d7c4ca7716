import IntaglioGraph
import IntaglioNumerics
public import IntaglioRewrite

/// A model with nothing but integers between its quantized image and its logits' accumulators.
public struct IntegerOnlyProgram: Sendable {
  /// The program with float nonlinearities that it was made from.
  public let source: Integerization
  public let model: Model
  public let proof: IntegerOnlyGraph
  /// How many calibration samples chose the streams; 0 for proven ranges.
  public let calibrationCount: Int

  /// - Parameters:
  ///   - source: an integerized model.
  ///   - options: widths and methods.
  ///   - samples: calibration inputs of the model; none for streams of proven ranges.
  ///   - threads: how many samples are in work at a time.
  ///   - progress: told how many samples are done.
  /// - Throws: `IntegerOnlyError` with every value that would stay real; `IntegerGraphError` when a
  ///   multiplication stays real; what the calibration run throws.
  public init(
    _ source: Integerization,
    _ options: IntegerOnlyOptions = IntegerOnlyOptions(),
    calibration samples: [[Float]],
    threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    let program = try source.proof ?? IntegerGraph(verifying: source.model.graph)
    let graph = program.graph
    let points = StreamPoints(graph).values
    let bits = options.streamBits ?? (samples.isEmpty ? 24 : 16)
    let calibration = try StreamCalibration(
      program,
      points: points,
      samples: samples,
      threads: threads,
      progress: progress
    )
    let formats = calibration.magnitudes.mapValues {
      StreamFormat(
        bits: bits,
        magnitudes: $0,
        headroom: options.headroom,
        spread: IntegerOnlyOptions.spread
      )
    }
    let pipeline = IntegerOnlyPipeline(
      .init(
        hasExactNorms: options.hasExactNorms,
        exponential: options.exponential ?? .base2(fractionBits: 8, tableBits: 16)
      )
    )
    let integers = try pipeline.apply(to: graph, streams: formats)
    self.source = source
    self.calibrationCount = samples.count
    self.model = Model(
      graph: integers,
      description: source.source.description,
      format: source.source.format,
      path: source.source.path
    )
    self.proof = try IntegerOnlyGraph(verifying: IntegerGraph(verifying: integers))
  }
}
