public import Intaglio
import IntaglioReport

/// The answers for several images: an array in JSON.
public struct AnswersReport: Report {
  public let answers: [AnswerReport]

  public init(_ answers: [Classifier.Prediction]) { self.answers = answers.map(AnswerReport.init) }

  public var text: String { answers.map(\.text).joined(separator: "\n") }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(answers)
  }
}

/// The answer for one image, as JSON and as text.
public struct AnswerReport: Report {
  public struct Candidate: Encodable {
    public let index: Int
    public let name: String?
    /// `null` where there is no answer.
    public let probability: Double
    /// The model's own number; `null` where it is not finite.
    public let logit: Double
  }

  public let image: String
  public let classes: [Candidate]
  /// How many logits are NaN or infinitely large; absent without any.
  public let notFinite: Int?
  /// Whether the model's own numbers are probabilities, not logits; absent where they are logits.
  public let areProbabilities: Bool?

  public init(_ answer: Classifier.Prediction) {
    image = answer.image
    notFinite = answer.notFinite == 0 ? nil : answer.notFinite
    areProbabilities = answer.areProbabilities ? true : nil
    classes = answer.candidates.map {
      Candidate(
        index: $0.index,
        name: $0.name,
        probability: $0.probability,
        logit: Double($0.logit)
      )
    }
  }

  public var text: String {
    if let notFinite {
      return image.printable() + "\n  no answer: \(notFinite) logits are not finite"
    }
    var table = Table([.init("", .right), .init("class", .right), .init("name")])
    for candidate in classes {
      table.append([
        Format.percent(candidate.probability), "\(candidate.index)",
        candidate.name ?? "class \(candidate.index)",
      ])
    }
    let rows = table.text.split(separator: "\n").dropFirst().map { "  \($0)" }
    return image.printable() + "\n" + rows.joined(separator: "\n")
  }
}
