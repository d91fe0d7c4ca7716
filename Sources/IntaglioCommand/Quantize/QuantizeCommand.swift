public import ArgumentParser
import Intaglio
import IntaglioData
public import IntaglioQuantize
import IntaglioReports

/// The command `intaglio quantize MODEL --calibration DIR -o OUT`.
struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Turn a float model into a low-bit program, calibrated on images.",
    discussion: """
      Finds the scales of every activation and the codes of every weight on the calibration images, without \
      gradients and without looking at labels, and writes a program of nothing but integers, ready for 'run', 'evaluate', \
      'compare' and 'bench'. The patch embedding and the last layer have 8 bits, everything else as many as \
      stated. With --data the integer program is judged beside the float model on labelled images: top-1 with \
      the paired 95 % interval of the drop, same answers, and the divergence of the probabilities. Where both \
      folders are the same, every eighth image calibrates and the others judge.

      Example:
        intaglio quantize vit_tiny.safetensors --calibration images/ --weights 4 --activations 4 \
      -o model.intaglio
      """
  )

  @OptionGroup var model: ModelOptions

  @Option(help: "The folder of calibration images.", completion: .directory)
  var calibration: String

  @Option(help: "Labelled images to judge the program on.", completion: .directory)
  var data: String?

  @Option(
    help: "Every how many images one calibrates, where both folders are the same; the others judge."
  )
  var calibrationEvery = 8

  @Option(
    parsing: .unconditional,
    help: "How many images calibrate at most, evenly spaced in the folder."
  )
  var calibrationLimit = 512

  @Option(help: "Bits of weights, 2 to 8.")
  var weights = 8

  @Option(help: "Bits of activations, 2 to 8.")
  var activations = 8

  @Option(name: .shortAndLong, help: "The packed model to write.", completion: .file())
  var output: String?

  @Option(help: "A method to leave out; may be given several times.")
  var without: [QuantizeOptions.Method] = []

  @Option(help: .hidden)
  var propagation: Double?

  @Option(help: .hidden)
  var damping: Double?

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try Limits.check("--weights", weights, in: 2...8)
    try Limits.check("--activations", activations, in: 2...8)
    try Limits.check("--calibration-every", calibrationEvery, atLeast: 2)
    try Limits.check("--calibration-limit", calibrationLimit, atLeast: 1)
  }

  private func images() throws -> (calibration: DataSet, judging: DataSet?) {
    let whole = try DataSet.open(calibration: calibration)
    guard let data else { return (whole, nil) }
    guard data == calibration else {
      let judging = try DataSet.open(directory: data, split: .test)
      if let (here, there) = try whole.firstImage(sharedWith: judging) {
        throw CalibrationError.shared(
          calibration: calibration,
          data: data,
          here: here,
          there: there
        )
      }
      return (whole, judging)
    }
    let (some, others) = (
      (0..<whole.count).filter { $0 % calibrationEvery == 0 },
      (0..<whole.count).filter { $0 % calibrationEvery != 0 }
    )
    return (whole.select(some), whole.select(others))
  }

  func run() throws {
    let float = try model.open().model()
    let (found, judging) = try images()
    let calibration = found.evenly(calibrationLimit)
    var options = QuantizeOptions(weights: weights, activations: activations)
    options.without = Set(without)
    options.propagation = propagation
    options.damping = damping
    let bar = ProgressBar("quantizing", total: 100)
    let start = ContinuousClock.now
    let quantized = try QuantizedModel(
      float,
      options,
      calibration: calibration,
      threads: threads.count
    ) { stage in
      if case .layer(_, let done, let total) = stage { bar.update(done * 100 / max(total, 1)) }
    }
    bar.finish()
    let elapsed = (ContinuousClock.now - start).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    let judgement = try judging.map { try Judgement(quantized, on: $0, threads: threads.count) }
    let bytes = try output.map { try quantized.program.model.save(to: $0).fileBytes } ?? 0
    try report.print(
      QuantizationReport(
        quantized,
        weights: weights,
        activations: activations,
        foundImages: found.count,
        seconds: seconds,
        bytes: bytes,
        output: output,
        judgement: judgement
      )
    )
  }
}

extension QuantizeOptions.Method: ExpressibleByArgument {}
