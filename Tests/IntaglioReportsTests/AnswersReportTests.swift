import Foundation
import Intaglio
import IntaglioReports
import Testing

@Suite("AnswersReport")
struct AnswersReportTests {
  private typealias Prediction = Classifier.Prediction

  private static let crack = Prediction(
    image: "a.png",
    candidates: [
      .init(index: 3, name: "crack", probability: 0.75, logit: 2.5),
      .init(index: 0, name: nil, probability: 0.25, logit: -1),
    ]
  )
  private static let none = Prediction(
    image: "b\u{1B}.png",
    candidates: [.init(index: 1, name: "dent", probability: .nan, logit: .infinity)],
    notFinite: 2
  )

  @Test("the text lists the classes below each image, the likeliest first")
  func text() {
    let report = AnswersReport([Self.crack, Self.none])
    #expect(
      report.text == """
        a.png
          75.00 %      3  crack
          25.00 %      0  class 0
        b\\u{1B}.png
          no answer: 2 logits are not finite
        """
    )
  }

  @Test("the JSON is an array with these keys; what is not finite is null")
  func json() throws {
    let report = AnswersReport([Self.crack, Self.none])
    #expect(
      try report.keys() == [
        "[].classes[].index", "[].classes[].logit", "[].classes[].name",
        "[].classes[].probability", "[].image", "[].notFinite",
      ]
    )
    let answers = try #require(try report.decoded() as? [[String: Any]])
    #expect(answers[0]["notFinite"] == nil && answers[1]["notFinite"] as? Int == 2)
    #expect(answers[1]["image"] as? String == "b\u{1B}.png")
    let (first, second) = (answers[0]["classes"], answers[1]["classes"])
    let classes = try #require(first as? [[String: Any]])
    #expect(classes.map { $0["probability"] as? Double } == [0.75, 0.25])
    #expect(classes.map { $0["logit"] as? Double } == [2.5, -1])
    #expect(classes.map { $0["name"] as? String } == ["crack", nil])
    let lost = try #require((second as? [[String: Any]])?.first)
    #expect(lost["probability"] is NSNull && lost["logit"] is NSNull)
  }

  @Test("that a model's own numbers are probabilities is said where they are")
  func probabilities() throws {
    let answer = Prediction(
      image: "a.png",
      candidates: [.init(index: 0, name: nil, probability: 1, logit: 1)],
      areProbabilities: true
    )
    #expect(try AnswerReport(answer).object()["areProbabilities"] as? Bool == true)
    #expect(try AnswerReport(Self.crack).object()["areProbabilities"] == nil)
  }

  @Test("no images are no answers")
  func empty() throws {
    #expect(AnswersReport([]).text.isEmpty)
    #expect(try AnswersReport([]).decoded() as? [String] == [])
  }
}
