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
      folders are the same, its training images calibrate and its test images judge; without such parts every \
      eighth image calibrates and the others judge. --qdq writes the quantized \
      graph before reordering as a standard ONNX file with QuantizeLinear and DequantizeLinear, which ONNX \
      Runtime and others run, so that the integer program can be checked against them. --checkpoint writes \
      what 'intaglio-train' starts from.

      With --budget the widths are chosen layer by layer: what every multiplication does to the answers at \
      several widths is measured, an exact knapsack proposes the best widths within the budget, and the proposals \
      are tried on images held out from calibration. 'drop=0.5' takes the fewest bit operations that are expected \
      to lose at most half a point. --front tries widths from 8 to 3 bits and shows what each costs and loses. The \
      widths can be written to a recipe, edited and given back.

      Examples:
        intaglio quantize vit_tiny.safetensors --calibration images/ --weights 4 --activations 4 \
      -o model.intaglio
        intaglio quantize vit_tiny.safetensors --calibration images/ --budget weights=4 --budget activations=4.5 \
      --pin blocks.0=8/8 --write-recipe recipe.json -o model.intaglio
        intaglio quantize vit_tiny.safetensors --calibration images/ --budget drop=1 --report widths.html \
      -o model.intaglio
        intaglio quantize vit_tiny.safetensors --calibration images/ -o model.intaglio --qdq model.onnx
        intaglio quantize vit_tiny.safetensors --calibration images/ --weights 3 --activations 3 --checkpoint start/
      """
  )

  @OptionGroup var model: ModelOptions

  @Option(
    help: """
      The folder of calibration images, or FILE.npy of samples that are the model's input already.
      """,
    completion: .directory
  )
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

  @Option(
    help: """
      What the widths of layers may add up to; may be given several times. Bits in the mean, as \
      'weights=4.0' and 'activations=4.5'; bytes of weights, as 'size=2MB'; multiply-accumulates times bits \
      times bits, as 'bops=20G'; percentage points that may be lost, as 'drop=0.5'.
      """
  )
  var budget: [WidthGoal] = []

  @Flag(help: "Try widths from 8 to 3 bits and show what each costs and loses.")
  var front = false

  @Option(
    help: "Write a page: the widths of layers, and of --front or --budget a plot.",
    completion: .file()
  )
  var report: String?

  @Option(
    help: """
      Bits of weights and activations of a layer, or of all layers whose names begin with it and a point, as 'blocks.0=8/8'; may be given several times.
      """
  )
  var pin: [WidthPin] = []

  @Option(
    help: "A recipe: bits of every layer, as --write-recipe writes it.",
    completion: .file()
  )
  var recipe: String?

  @Option(help: "Where to write the bits of every layer.", completion: .file())
  var writeRecipe: String?

  @Option(name: .shortAndLong, help: "The packed model to write.", completion: .file())
  var output: String?

  @Option(
    help: "The quantized graph as a standard ONNX file (QDQ), to write for other runtimes.",
    completion: .file(extensions: ["onnx"])
  )
  var qdq: String?

  @Option(
    help: """
      A folder to write the checkpoint to that 'intaglio-train' starts from: the quantized graph before reordering and \
      the float one.
      """,
    completion: .directory
  )
  var checkpoint: String?

  @Option(help: "A method to leave out; may be given several times.")
  var without: [QuantizeOptions.Method] = []

  @Option(help: .hidden)
  var propagation: Double?

  @Option(help: .hidden)
  var damping: Double?

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var format: ReportOptions

  func validate() throws {
    try Limits.check("--weights", weights, in: 2...8)
    try Limits.check("--activations", activations, in: 2...8)
    try Limits.check("--calibration-every", calibrationEvery, atLeast: 2)
    if let qdq, qdq == output {
      throw ValidationError("-o and --qdq name the same file, '\(qdq)'; name two")
    }
    if let (first, second) = budget.conflict {
      throw ValidationError(
        "--budget \(first.text) and \(second.text) choose the same bits; state one of them"
      )
    }
    try Limits.check("--calibration-limit", calibrationLimit, atLeast: 1)
  }

  private func images() throws -> (calibration: DataSet, judging: DataSet?) {
    guard let data else { return (try DataSet.calibrating(calibration), nil) }
    let (some, others) = try DataSet.divided(
      calibration: calibration,
      data: data,
      every: calibrationEvery
    )
    return (some, others)
  }

  private func options(for model: Model) throws -> QuantizeOptions {
    var options = QuantizeOptions(weights: weights, activations: activations)
    options.without = Set(without)
    options.propagation = propagation
    options.damping = damping
    try WidthPin.apply(pin, recipe, to: &options, of: model)
    return options
  }

  func run() throws {
    let float = try model.open().model()
    let (images, judging) = try images()
    let calibration = images.evenly(calibrationLimit)
    let options = try options(for: float)
    let bar = ProgressBar("quantizing", total: 100)
    let start = ContinuousClock.now
    let quantized = try QuantizedModel(
      float,
      options,
      goals: budget,
      triesAllWidths: front,
      calibration: calibration,
      threads: threads.count
    ) { stage in
      switch stage {
      case .widths(.sensitivity(let progress)):
        bar.update(progress.done * 100 / max(progress.total, 1))
      case .widths(.trial(_, let done, let total)), .layer(_, let done, let total):
        bar.update(done * 100 / max(total, 1))
      case .streams: break
      }
    }
    bar.finish()
    let elapsed = (ContinuousClock.now - start).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    // Refused before anything is written.
    let standard = try qdq.map { path in
      (path, try quantized.qdq(version: IntaglioCommand.configuration.version))
    }
    let judgement = try judging.map { try Judgement(quantized, on: $0, threads: threads.count) }
    if let writeRecipe { try QuantizationRecipe(quantized.layers).write(to: writeRecipe) }
    let bytes = try output.map { try quantized.program.model.save(to: $0).fileBytes } ?? 0
    if let (path, model) = standard { try quantized.write(model, to: path) }
    if let checkpoint { try quantized.write(checkpoint: checkpoint) }
    let found = QuantizationReport(
      quantized,
      weights: weights,
      activations: activations,
      foundImages: images.count,
      seconds: seconds,
      bytes: bytes,
      output: output,
      qdq: qdq,
      checkpoint: checkpoint,
      judgement: judgement
    )
    if let report { try found.write(to: report) }
    try format.print(found)
  }
}

extension QuantizeOptions.Method: ExpressibleByArgument {}
extension WidthGoal: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
