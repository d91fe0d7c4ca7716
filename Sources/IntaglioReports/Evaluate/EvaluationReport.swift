public import Intaglio
public import IntaglioData
import IntaglioReport

/// The report of `intaglio evaluate`, as JSON and as text.
public struct EvaluationReport: Report {
  public struct Agreement: Encodable {
    public let top1: Double
    public let codes: Double?
    public let differingCodes: Int?
    /// `null` where logits are not finite.
    public let maxAbsLogit: Double
  }

  public let model: String
  public let engine: String
  public let images: Int
  public let top1: Double
  public let top5: Double
  /// The 95 % interval of top1.
  public let ci95: [Double]
  public let top5ci95: [Double]
  /// How the labels became classes of the model.
  public let labels: ClassMatching?
  public let agreement: Agreement?
  public let imagesPerSecond: Double
  /// Images without an answer, because a logit is not finite; absent without any.
  public let notFinite: Int?
  /// Elements of integer streams that were cut off; absent where there are no streams.
  public let saturated: Int?
  /// The streams among them.
  public let saturations: [Evaluation.Saturation]?
  /// What a reader should know: settings by convention, images that were left out.
  public let notes: [String]

  public init(_ result: Evaluation, _ chosen: ChosenProgram, notes: [String]) {
    self.notes = notes
    model = chosen.model.path
    engine = chosen.arithmetic.rawValue
    images = result.images
    top1 = result.top1.value
    top5 = result.top5.value
    ci95 = result.top1.interval95.bounds
    top5ci95 = result.top5.interval95.bounds
    labels = result.labels?.matching
    agreement = result.agreement.map { agreement in
      Agreement(
        top1: agreement.top1.value,
        codes: agreement.codes?.value,
        differingCodes: agreement.codes.map { $0.total - $0.hits },
        maxAbsLogit: agreement.maxAbsLogit
      )
    }
    imagesPerSecond = result.imagesPerSecond
    notFinite = result.notFinite == 0 ? nil : result.notFinite
    let streams = result.saturations
    saturated = streams.isEmpty ? nil : streams.reduce(0) { $0 + $1.count }
    saturations = streams.isEmpty ? nil : streams.filter { $0.count > 0 }
  }

  public var text: String {
    var lines = [
      "engine      \(engine)",
      "images      \(images)",
      "top-1       \(Format.percent(top1)) (95 %: \(Self.interval(ci95)))",
      "top-5       \(Format.percent(top5)) (95 %: \(Self.interval(top5ci95)))",
      "speed       \(Format.fixed(imagesPerSecond, digits: 1)) images/s",
    ]
    if let labels { lines.insert("labels      by \(labels.rawValue)", at: 2) }
    if let notFinite { lines.append("no answer   \(notFinite) images: logits are not finite") }
    if let agreement {
      lines.append("agreement   \(Format.percent(agreement.top1)) of the answers")
      if let codes = agreement.codes, let differing = agreement.differingCodes {
        lines.append(
          "            \(Format.percent(codes, digits: 5)) of the codes (\(differing) differ)"
        )
      }
      lines.append(
        agreement.maxAbsLogit.isFinite
          ? "            logits differ by at most \(agreement.maxAbsLogit)"
          : "            some logits are not finite on one side"
      )
    }
    if let saturated {
      let most = saturations?.max { $0.count < $1.count }
      lines.append(
        "streams     \(saturated) elements saturated"
          + (most.map { ", most in \($0.stream.printable()) (\($0.count))" } ?? "")
      )
    }
    return lines.joined(separator: "\n")
  }

  private static func interval(_ bounds: [Double]) -> String {
    bounds.map { Format.percent($0) }.joined(separator: " to ")
  }
}

extension ClosedRange<Double> {
  fileprivate var bounds: [Double] { [lowerBound, upperBound] }
}
