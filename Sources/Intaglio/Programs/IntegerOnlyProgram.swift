public import IntaglioGraph
import IntaglioNumerics
public import IntaglioQuantize
public import IntaglioRewrite

/// A model with nothing but integers between its quantized image and its logits' accumulators.
public struct IntegerOnlyProgram: Sendable {
  /// The program with float nonlinearities that it was made from.
  public let source: Integerization
  public let model: Model
  public let proof: IntegerOnlyGraph
  /// How many calibration samples chose the streams; 0 for proven ranges.
  public let calibrationCount: Int
  /// The streams and how they hold their numbers, in the order of computation.
  public let streams: [Stream]
  /// What softmax sums.
  public let exponential: IntegerSoftmax.Exponential
  /// What every exponential would cost, on the calibration samples; empty without them.
  public let softmaxErrors: [SoftmaxError]

  /// A residual stream, by the name of the value that it carries.
  public struct Stream: Sendable, Hashable {
    public let name: String
    public let format: StreamFormat
  }

  /// - Parameters:
  ///   - source: an integerized model.
  ///   - options: widths and methods.
  ///   - samples: calibration inputs of the model, read once or twice; none for streams of proven ranges.
  ///   - threads: how many samples are in work at a time.
  ///   - progress: told how many samples are done.
  /// - Throws: `IntegerOnlyError` with every value that would stay real; `IntegerGraphError` when a
  ///   multiplication stays real; `IntegerOnlyProgramError`; what the calibration run throws.
  public init(
    _ source: Integerization,
    _ options: IntegerOnlyOptions = IntegerOnlyOptions(),
    calibration samples: CalibrationSamples,
    threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    let program = try IntegerGraph(
      verifying: source.model.program.integer().graph
        .rewritten(by: IntegerOnlyPipeline.preparation)
    )
    let passes = try source.model.passes(of: samples)
    let streams = try Self.streams(program, options, passes, threads, progress)
    var exponential = options.exponential ?? Self.widest(program.graph)
    var proof = try Self.proof(program.graph, streams, options, exponential)
    var errors: [SoftmaxError] = []
    if passes.count > 0 {
      let measured = try SoftmaxErrors(proof.program, samples: passes, threads: threads)
      errors = measured.table
      if options.exponential == nil, let best = measured.best, best != exponential {
        exponential = best
        proof = try Self.proof(program.graph, streams, options, exponential)
      }
    }
    self.source = source
    self.calibrationCount = samples.count
    self.softmaxErrors = errors
    self.proof = proof
    self.exponential = exponential
    self.streams = streams.sorted { $0.key < $1.key }.map { value, format in
      Stream(name: program.graph.label(of: value), format: format)
    }
    self.model = source.source.with(.integerOnly(proof))
  }

  /// The same with inputs that are there already.
  public init(
    _ source: Integerization,
    _ options: IntegerOnlyOptions = IntegerOnlyOptions(),
    calibration samples: [[Float]],
    threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    try self.init(
      source,
      options,
      calibration: CalibrationSamples(samples),
      threads: threads,
      progress: progress
    )
  }

  private static func streams(
    _ program: IntegerGraph,
    _ options: IntegerOnlyOptions,
    _ samples: CalibrationSamples,
    _ threads: Int,
    _ progress: (@Sendable (Int) -> Void)?
  ) throws -> [Value: StreamFormat] {
    let points = StreamPoints(program.graph).values
    let magnitudes: [Value: [Double]]
    let isProven = samples.count == 0
    if isProven {
      magnitudes = try provenMagnitudes(points, in: program.graph)
    } else {
      magnitudes = try StreamCalibration(
        program,
        points: points,
        samples: samples,
        threads: threads,
        progress: progress
      ).magnitudes
    }
    let bits = options.streamBits ?? (isProven ? 24 : 16)
    return magnitudes.mapValues {
      StreamFormat(
        bits: bits,
        magnitudes: $0,
        // What is proved needs no room beyond.
        headroom: isProven ? 1 : options.headroom(bits: bits),
        spread: IntegerOnlyOptions.spread
      )
    }
  }

  private static func provenMagnitudes(
    _ points: [Value],
    in graph: Graph
  ) throws(IntegerOnlyProgramError) -> [Value: [Double]] {
    var ranges = RealRanges(graph)
    var magnitudes: [Value: [Double]] = [:]
    for point in points {
      guard let proven = ranges.magnitudes(of: point), proven.allSatisfy(\.isFinite) else {
        throw .unbounded(node: graph.label(of: point))
      }
      magnitudes[point] = proven
    }
    return magnitudes
  }

  private static func proof(
    _ graph: Graph,
    _ streams: [Value: StreamFormat],
    _ options: IntegerOnlyOptions,
    _ exponential: IntegerSoftmax.Exponential
  ) throws -> IntegerOnlyGraph {
    let pipeline = IntegerOnlyPipeline(
      IntegerOnlyPipeline.Options(
        norms: options.norms,
        exponential: exponential
      )
    )
    let integers = try pipeline.apply(to: graph, streams: streams)
    return try IntegerOnlyGraph(verifying: try IntegerGraph(verifying: integers))
  }

  /// An exponential whose error is far below a step of the widest probabilities in `graph`, for want
  /// of anything to measure on.
  private static func widest(_ graph: Graph) -> IntegerSoftmax.Exponential {
    let widths = graph.live.compactMap { value -> Int? in
      guard case .quantize(let quantizer) = graph[value].operation,
        case .softmax = graph[graph[value].operands[0]].operation
      else { return nil }
      return quantizer.type.bits
    }
    return (widths.max() ?? 0) > 4
      ? .base2Product : .base2(fractionBits: 8, tableBits: 16)
  }
}

/// Why there is no program without floats.
public enum IntegerOnlyProgramError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Without calibration samples: nothing bounds a stream.
  case unbounded(node: String)

  public var description: String {
    switch self {
    case .unbounded(let node):
      "\(node): nothing bounds this stream; give calibration images (--calibration DIR)"
    }
  }
}
