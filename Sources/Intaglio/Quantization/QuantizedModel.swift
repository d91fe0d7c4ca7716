public import IntaglioData
public import IntaglioExport
import IntaglioGraph
import IntaglioNumerics
public import IntaglioQuantize
import IntaglioRewrite

/// A float model as a program of nothing but integers, calibrated on images.
public struct QuantizedModel: Sendable {
  /// The float model as it was read.
  public let source: Model
  /// The float model with quantizers and codes, before its operations are reordered.
  public let quantized: Model
  /// The integer program.
  public let program: Program
  public let calibrationImages: Int
  /// Every multiplication with its widths, in the order of computation.
  public let layers: [QuantizedLayer]
  /// What the steps to the weights gave on images held out from them.
  public let gains: [StepGain]
  /// The choices of widths that were looked at; `nil` where none were.
  public let front: WidthFront?

  /// How far the work is.
  public enum Stage: Sendable {
    case widths(PostTrainingQuantizer.WidthStage)
    case layer(String, done: Int, of: Int)
    case streams(done: Int, of: Int)
  }

  /// - Parameters:
  ///   - model: a float model that says how an image becomes its input.
  ///   - options: widths and methods; pixels are taken from the model's preprocessing.
  ///   - goals: what the widths of layers that `options` does not state are chosen for, one after the other.
  ///   - triesAllWidths: whether choices of widths from 8 to 3 bits are all tried, to be looked at.
  ///   - sensitivity: what `sensitivity(of:_:calibration:)` found on the same images; `nil` to measure it where
  ///     widths are chosen.
  ///   - calibration: the images.
  ///   - threads: how many images are in work at a time; the result does not depend on it.
  ///   - progress: told how far the work is.
  /// - Throws: `QuantizeError` for a model that cannot be quantized; `CalibrationError` for images that
  ///   show nothing; `ProgramError` where a multiplication stays real; what reading images and `Program` throw.
  public init(
    _ model: Model,
    _ options: QuantizeOptions,
    goals: [WidthGoal] = [],
    triesAllWidths: Bool = false,
    sensitivity: WidthSensitivity? = nil,
    calibration: DataSet,
    threads: Int = 1,
    progress: (@Sendable (Stage) -> Void)? = nil
  ) throws {
    let samples = try model.checkedSamples(of: calibration, threads: threads)
    let options = try model.withPixels(options)
    let prepared = try model.graph.rewritten(by: Pipeline.preparation)
    let passes = try model.passes(of: samples)
    let chosen = try PostTrainingQuantizer(options).widths(
      for: goals,
      triesAll: triesAllWidths,
      sensitivity: sensitivity,
      of: prepared,
      calibratedOn: passes,
      threads: threads
    ) {
      progress?(.widths($0))
    }
    front = chosen.front
    let quantizer = PostTrainingQuantizer(chosen.options)
    layers = try quantizer.layers(of: prepared)
    let quantization = try quantizer.quantization(
      of: prepared,
      calibratedOn: passes,
      threads: threads
    ) {
      progress?(.layer($0.layer, done: $0.done, of: $0.total))
    }
    gains = quantization.gains
    source = model
    calibrationImages = calibration.count
    quantized = Model(
      graph: quantization.graph,
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

  /// What narrow operands of every multiplication do to the answers, everything else as the float model has it.
  ///
  /// - Throws: as making a quantized model does.
  public static func sensitivity(
    of model: Model,
    _ options: QuantizeOptions = QuantizeOptions(),
    calibration: DataSet,
    threads: Int = 1,
    progress: (@Sendable (PostTrainingQuantizer.Progress) -> Void)? = nil
  ) throws -> WidthSensitivity {
    let samples = try model.checkedSamples(of: calibration, threads: threads)
    return try PostTrainingQuantizer(model.withPixels(options)).sensitivity(
      of: model.graph.rewritten(by: Pipeline.preparation),
      calibratedOn: model.passes(of: samples),
      threads: threads,
      progress: progress
    )
  }

  /// The multiplications of a float model with the widths that the options give them.
  ///
  /// - Throws: `QuantizeError` for a model or options that cannot be, `GraphError` for a defect.
  public static func layers(
    of model: Model,
    _ options: QuantizeOptions
  ) throws -> [QuantizedLayer] {
    try PostTrainingQuantizer(options).layers(
      of: model.graph.rewritten(by: Pipeline.preparation)
    )
  }

  /// The quantized graph before reordering as a standard QDQ model, which other runtimes run.
  ///
  /// - Parameter version: that of this program, for the file's producer.
  /// - Returns: the model, to be written.
  /// - Throws: `ExportError.noONNXForm`, naming the node, for what the standard cannot say.
  public func qdq(version: String = "") throws(ExportError) -> QDQModel {
    try QDQModel(graph: quantized.graph, description: quantized.description, version: version)
  }

  /// Writes a QDQ model, whole or not at all.
  ///
  /// - Throws: `ExportError` where it would take the place of the model that was read, or the system refuses.
  public func write(_ model: QDQModel, to path: String) throws(ExportError) {
    try source.checkTarget(path)
    try model.write(to: path)
  }

  /// Writes what a training starts from into the folder `path`, which is made where it is missing.
  ///
  /// Two packed models: `model.safetensors`, the quantized graph before reordering, and `float.safetensors`,
  /// the float model; nodes have the same names in both. `Integerization` takes the first back.
  ///
  /// - Throws: `ExportError` where one would take the place of the model that was read, or the system refuses.
  public func write(checkpoint path: String) throws {
    try makeFolder(path)
    try quantized.with(.graph(quantized.graph.pruned())).save(to: path + "/model.safetensors")
    try source.save(to: path + "/float.safetensors")
  }
}

extension Model {
  /// `options` with the pixels of the model's preprocessing.
  fileprivate func withPixels(_ options: QuantizeOptions) throws -> QuantizeOptions {
    let preprocessing = try preprocessing()
    var options = options
    options.pixels = QuantizeOptions.Pixels(
      scales: preprocessing.std.map { 1 / (255 * $0) },
      lows: zip(preprocessing.mean, preprocessing.std).map { -$0 / $1 }
    )
    return options
  }
}
