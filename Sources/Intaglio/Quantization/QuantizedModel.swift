public import IntaglioData
import IntaglioGraph
import IntaglioNumerics
public import IntaglioQuantize
import IntaglioRewrite

/// A float model as a program of nothing but integers, calibrated on images.
public struct QuantizedModel: Sendable {
  /// The float model as it was read.
  public let source: Model
  /// The integer program.
  public let program: Program
  public let calibrationImages: Int

  /// How far the work is.
  public enum Stage: Sendable {
    case layer(String, done: Int, of: Int)
    case streams(done: Int, of: Int)
  }

  /// - Parameters:
  ///   - model: a float model that says how an image becomes its input.
  ///   - options: widths and methods; pixels are taken from the model's preprocessing.
  ///   - calibration: the images.
  ///   - threads: how many images are in work at a time; the result does not depend on it.
  ///   - progress: told how far the work is.
  /// - Throws: `QuantizeError` for a model that cannot be quantized; `CalibrationError` for images that
  ///   show nothing; `ProgramError` where a multiplication stays real; what reading images and `Program` throw.
  public init(
    _ model: Model,
    _ options: QuantizeOptions,
    calibration: DataSet,
    threads: Int = 1,
    progress: (@Sendable (Stage) -> Void)? = nil
  ) throws {
    let preprocessing = try model.preprocessing()
    let samples = try model.samples(of: calibration)
    try CalibrationError.check(calibration, planes: preprocessing.channels, threads: threads) {
      try samples($0)
    }
    var options = options
    options.pixels = QuantizeOptions.Pixels(
      scales: preprocessing.std.map { 1 / (255 * $0) },
      lows: zip(preprocessing.mean, preprocessing.std).map { -$0 / $1 }
    )
    let graph = try PostTrainingQuantizer(options).quantize(
      model.graph.rewritten(by: Pipeline.preparation),
      calibratedOn: model.passes(of: samples),
      threads: threads
    ) {
      progress?(.layer($0.layer, done: $0.done, of: $0.total))
    }
    source = model
    calibrationImages = calibration.count
    let quantized = Model(
      graph: graph,
      description: model.description,
      format: model.format,
      path: model.path
    )
    program = try Program(
      quantized,
      ProgramOptions(.integerOnly),
      samples: samples,
      threads: threads
    ) {
      progress?(.streams(done: $0, of: calibration.count))
    }
    guard program.integerOnly != nil else { throw ProgramError.notInteger(program) }
  }
}
