public import Intaglio
import IntaglioQuantize
import IntaglioReport

/// The report of `intaglio quantize`.
public struct QuantizationReport: PageReport {
  public let model: String
  public let output: String?
  /// The same as a standard ONNX file.
  public let qdq: String?
  /// The folder with what a training starts from.
  public let checkpoint: String?
  public let bytes: Int
  public let float32Bytes: Int
  public let weights: Int
  public let activations: Int
  public let calibrationImages: Int
  /// How many there were to calibrate on.
  public let foundImages: Int
  public let seconds: Double
  public let judgement: JudgementReport?
  /// What the steps to the weights gave on images held out from them.
  public let steps: [StepReport]
  /// The choices of widths that were looked at.
  public let front: WidthFrontReport?
  /// Means over all layers but the first and the last.
  public let meanWeightBits: Double?
  public let meanActivationBits: Double?
  public let bitOperations: Int
  public let layers: [LayerWidthsReport]

  public init(
    _ quantized: QuantizedModel,
    weights: Int,
    activations: Int,
    foundImages: Int,
    seconds: Double,
    bytes: Int,
    output: String?,
    qdq: String? = nil,
    checkpoint: String? = nil,
    judgement: Judgement?
  ) {
    model = quantized.source.path
    (self.output, self.bytes, self.seconds) = (output, bytes, seconds)
    (self.qdq, self.checkpoint) = (qdq, checkpoint)
    float32Bytes = quantized.source.parameterCount * 4
    (self.weights, self.activations) = (weights, activations)
    calibrationImages = quantized.calibrationImages
    self.foundImages = foundImages
    self.judgement = judgement.map(JudgementReport.init)
    steps = StepReport.steps(quantized.gains)
    front = quantized.front.map(WidthFrontReport.init)
    meanWeightBits = quantized.layers.meanWeightBits
    meanActivationBits = quantized.layers.meanActivationBits
    bitOperations = quantized.layers.bitOperations
    layers = quantized.layers.map(LayerWidthsReport.init)
  }

  public var text: String {
    var lines = [calibrationLine]
    if !steps.isEmpty { lines.append(steps.table.text) }
    if let front { lines += [front.table.text, front.note] }
    return (lines + resultLines).joined(separator: "\n")
  }
}

extension QuantizationReport {
  /// What was quantized, on how much, how long.
  var calibrationLine: String {
    let images =
      calibrationImages == foundImages
      ? "\(foundImages) images" : "\(calibrationImages) of \(foundImages) images, evenly spaced,"
    return "\(widths), calibrated on \(images) in \(Format.fixed(seconds, digits: 1)) s."
  }

  /// How it was judged and what was written.
  var resultLines: [String] {
    var lines: [String] = []
    if let judgement { lines.append(judgement.text) }
    if let output {
      lines.append(
        "Wrote \(output.printable()): \(Format.bytes(bytes)), float32 would take "
          + Format.bytes(float32Bytes) + "."
      )
    }
    if let qdq { lines.append("Wrote \(qdq.printable()), for other runtimes.") }
    if let checkpoint { lines.append("Wrote \(checkpoint.printable()), for intaglio-train.") }
    return lines
  }

  /// One width for all, or what they are in the mean.
  private var widths: String {
    let inner = layers.filter { !$0.isEdge }
    func text(_ bits: [Int], _ mean: Double?, _ what: String) -> String {
      let (least, most) = (bits.min() ?? 0, bits.max() ?? 0)
      guard least < most, let mean else { return "\(most)-bit \(what)" }
      return "\(what) of \(least) to \(most) bits (\(Format.fixed(mean, digits: 2)) in the mean)"
    }
    return text(inner.compactMap(\.weights), meanWeightBits, "weights") + ", "
      + text(inner.map(\.activations), meanActivationBits, "activations")
  }
}

/// The widths of one multiplication.
public struct LayerWidthsReport: Encodable {
  public let name: String
  /// `nil` for a product of activations.
  public let weights: Int?
  public let activations: Int
  public let macs: Int
  /// Whether it is the first or the last.
  public let isEdge: Bool

  init(_ layer: QuantizedLayer) {
    (name, macs, isEdge) = (layer.name, layer.macs, layer.isEdge)
    (weights, activations) = (layer.widths.weights, layer.widths.activations)
  }
}

/// How a program compares with the float model.
public struct JudgementReport: Encodable {
  public let images: Int
  public let floatTop1: Double
  public let top1: Double
  public let dropPoints: Double
  /// The 95 % interval of the paired difference, in points: least and most.
  public let dropInterval95: [Double]
  public let sameAnswers: Double
  public let divergence: Double
  public let lost: Int
  public let won: Int

  public init(_ judgement: Judgement) {
    let answers = judgement.answers
    images = answers.paired.total
    floatTop1 = judgement.float.top1.value
    top1 = judgement.program.top1.value
    dropPoints = 100 * answers.paired.drop
    let interval = answers.paired.interval95
    dropInterval95 = [100 * interval.lowerBound, 100 * interval.upperBound]
    sameAnswers = answers.agreement.value
    divergence = answers.divergence
    (lost, won) = (answers.paired.lost, answers.paired.won)
  }

  /// The points lost, with their interval.
  var drop: String {
    let numbers = ([dropPoints] + dropInterval95).map { Format.fixed($0, digits: 2) }
    return "\(numbers[0]) (95 %: \(numbers[1]) to \(numbers[2]))"
  }

  var text: String {
    func fixed(_ number: Double, _ digits: Int) -> String { Format.fixed(number, digits: digits) }
    return
      "\(images) images: top-1 \(fixed(top1 * 100, 2)) % (float \(fixed(floatTop1 * 100, 2)) %), "
      + "drop \(drop) points, "
      + "same answers \(fixed(sameAnswers * 100, 1)) %, KL \(fixed(divergence, 4)) nats; "
      + "\(lost) answers lost, \(won) won."
  }
}
