public import Intaglio
import IntaglioReport

/// The report of `intaglio quantize`.
public struct QuantizationReport: Report {
  public let model: String
  public let output: String?
  public let bytes: Int
  public let float32Bytes: Int
  public let weights: Int
  public let activations: Int
  public let calibrationImages: Int
  /// How many there were to calibrate on.
  public let foundImages: Int
  public let seconds: Double
  public let judgement: JudgementReport?

  public init(
    _ quantized: QuantizedModel,
    weights: Int,
    activations: Int,
    foundImages: Int,
    seconds: Double,
    bytes: Int,
    output: String?,
    judgement: Judgement?
  ) {
    model = quantized.source.path
    (self.output, self.bytes, self.seconds) = (output, bytes, seconds)
    float32Bytes = quantized.source.parameterCount * 4
    (self.weights, self.activations) = (weights, activations)
    calibrationImages = quantized.calibrationImages
    self.foundImages = foundImages
    self.judgement = judgement.map(JudgementReport.init)
  }

  public var text: String {
    let images =
      calibrationImages == foundImages
      ? "\(foundImages) images" : "\(calibrationImages) of \(foundImages) images, evenly spaced,"
    var lines = [
      "\(weights)-bit weights, \(activations)-bit activations, calibrated on \(images) "
        + "in \(Format.fixed(seconds, digits: 1)) s."
    ]
    if let judgement { lines.append(judgement.text) }
    if let output {
      lines.append(
        "Wrote \(output.printable()): \(Format.bytes(bytes)), float32 would take "
          + Format.bytes(float32Bytes) + "."
      )
    }
    return lines.joined(separator: "\n")
  }
}

/// How a program compares with the float model.
public struct JudgementReport: Encodable {
  public let images: Int
  public let floatTop1: Double
  public let top1: Double
  public let dropPoints: Double
  public let dropInterval95: Double
  public let sameAnswers: Double
  public let divergence: Double
  public let lost: Int
  public let won: Int

  public init(_ judgement: Judgement) {
    images = judgement.images
    floatTop1 = judgement.float.top1.value
    top1 = judgement.program.top1.value
    (dropPoints, dropInterval95) = judgement.drop
    sameAnswers = judgement.agreement.value
    divergence = judgement.divergence
    (lost, won) = (judgement.lost, judgement.won)
  }

  var text: String {
    func fixed(_ number: Double, _ digits: Int) -> String { Format.fixed(number, digits: digits) }
    return
      "\(images) images: top-1 \(fixed(top1 * 100, 2)) % (float \(fixed(floatTop1 * 100, 2)) %), "
      + "drop \(fixed(dropPoints, 2)) ± \(fixed(dropInterval95, 2)) points, "
      + "same answers \(fixed(sameAnswers * 100, 1)) %, KL \(fixed(divergence, 4)) nats; "
      + "\(lost) answers lost, \(won) won."
  }
}
