import Intaglio
import IntaglioNumerics
import IntaglioReport
import Testing

@Suite("Answers of a program beside its model's")
struct AnswerComparisonTests {
  @Test("flips, recalls and confusions, counted by hand")
  func counts() {
    // Three classes; the model answers 0 0 1 2, the program 0 1 1 0, the labels are 0 0 2 2.
    let reference: [Float] = [3, 0, 0, 2, 1, 0, 0, 5, 1, 0, 0, 4]
    let program: [Float] = [2, 0, 0, 1, 2, 0, 0, 5, 1, 4, 0, 0]
    let found = AnswerComparison(
      program: program,
      reference: reference,
      labels: [0, 0, 2, 2],
      goodClass: 0
    )
    #expect(found.top1 == Proportion(1, of: 4))
    #expect(found.agreement == Proportion(2, of: 4))
    #expect(found.paired == PairedProportions(lost: 2, won: 0, of: 4))
    #expect(found.flips.map(\.image) == [3, 1], "the larger divergence first")
    #expect(found.classes.recalls.map(\.label) == [0, 2], "class 1 has no image")
    #expect(found.classes.recalls[1].program == Proportion(0, of: 2))
    #expect(found.classes.worse.map { [$0.label, $0.answer] } == [[0, 1], [2, 0]])
    #expect(found.notFinite == 0)
    #expect(found.classes.defects?.area.reference == 1)
  }

  @Test("the area under the curve is the share of pairs in the right order", arguments: 1...5)
  func area(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let labels = (0..<60).map { _ in Int.random(in: 0..<2, using: &random) }
    // Few values, so that some scores are equal.
    let logits = labels.flatMap { _ in
      [Float(Int.random(in: 0..<4, using: &random)), Float(Int.random(in: 0..<4, using: &random))]
    }
    let found = AnswerComparison(
      program: logits,
      reference: logits,
      labels: labels,
      goodClass: 1
    )
    let scores = labels.indices.map { Double(logits[2 * $0]) - Double(logits[2 * $0 + 1]) }
    var (sum, pairs) = (0.0, 0.0)
    for bad in labels.indices where labels[bad] == 0 {
      for good in labels.indices where labels[good] == 1 {
        pairs += 1
        sum += scores[bad] > scores[good] ? 1 : scores[bad] == scores[good] ? 0.5 : 0
      }
    }
    let defects = try #require(found.classes.defects)
    #expect((defects.area.program - sum / pairs).magnitude < 1e-12)
    for entry in defects.missed {
      #expect(entry.program == entry.reference)
      // At that limit no more good images than allowed have a larger score.
      let order = labels.indices.filter { labels[$0] == 1 }.map { scores[$0] }.sorted(by: >)
      let limit = order[Int(entry.falseAlarms * Double(order.count))]
      let missed = labels.indices.count { labels[$0] == 0 && scores[$0] <= limit }
      #expect(entry.program.hits == missed)
    }
  }

  @Test("logits without an order have no answer and end nothing")
  func notFinite() {
    let found = AnswerComparison(
      program: [.nan, 1, 0, 1],
      reference: [0, 1, 0, 1],
      labels: [1, 1],
      goodClass: nil
    )
    #expect(found.notFinite == 1)
    #expect(found.paired == PairedProportions(lost: 1, won: 0, of: 2))
    #expect(found.divergence.isFinite)
  }

  @Test(
    "a class without a defect is known by its name, if there is one",
    arguments: [
      (["scratch", "Good"], 1), (["MT_Blowhole", "MT_Free"], 1), (["ok", "good"], nil),
      (["cat", "dog"], nil), (["不良", "良品"], 1), (["defect-free", "dent"], 0),
    ] as [([String], Int?)]
  )
  func goodClass(_ names: [String], _ expected: Int?) {
    #expect(ClassComparison.goodClass(among: names) == expected)
  }
}

@Suite("The verdict of a study")
struct AdoptionVerdictTests {
  private func entry(
    _ lost: Int,
    _ won: Int,
    of total: Int = 1000,
    operations: Int,
    allowed: Bool = true
  ) -> AdoptionVerdict.Entry {
    AdoptionVerdict.Entry(
      paired: PairedProportions(lost: lost, won: won, of: total),
      bitOperations: operations,
      isWithinBudget: allowed
    )
  }

  @Test("the fewest bit operations that hold are recommended")
  func holds() {
    let verdict = AdoptionVerdict(
      [
        entry(0, 0, operations: 8), entry(1, 1, operations: 4), entry(60, 10, operations: 2),
        entry(0, 0, operations: 1, allowed: false),
      ],
      maxDrop: 1
    )
    #expect(verdict.standing == .holds && verdict.candidate == 1)
    #expect(verdict.imagesMissing == nil)
  }

  @Test("too few images are called that, with how many more there have to be")
  func open() throws {
    let verdict = AdoptionVerdict(
      [entry(1, 1, of: 40, operations: 8), entry(2, 2, of: 40, operations: 4)],
      maxDrop: 1
    )
    #expect(verdict.standing == .open && verdict.candidate == 1)
    #expect(try #require(verdict.imagesMissing) > 1000)
  }

  @Test("where nothing holds the smallest loss is shown")
  func fails() {
    let verdict = AdoptionVerdict(
      [entry(90, 0, operations: 8), entry(200, 0, operations: 4)],
      maxDrop: 1
    )
    #expect(verdict.standing == .fails && verdict.candidate == 0)
    let none = AdoptionVerdict([entry(0, 0, operations: 8, allowed: false)], maxDrop: 1)
    #expect(none.standing == .fails && none.candidate == nil)
  }

  @Test("the limit itself is within the limit")
  func edge() {
    let paired = PairedProportions(lost: 3, won: 2, of: 400)
    let upper = paired.interval95.upperBound * 100
    #expect(AdoptionStanding(paired, maxDrop: upper) == .holds)
    #expect(AdoptionStanding(paired, maxDrop: upper - 1e-9) == .open)
    let lower = PairedProportions(lost: 100, won: 2, of: 400).interval95.lowerBound * 100
    #expect(
      AdoptionStanding(PairedProportions(lost: 100, won: 2, of: 400), maxDrop: lower - 1e-9)
        == .fails
    )
  }

  @Test(
    "widths are read as they are written, and nothing else is",
    arguments: ["8", "8/", "/8", "1/8", "9/9", "8/8/8", "a/b", ""]
  )
  func widths(_ text: String) {
    #expect(WidthPair(text) == nil)
    #expect(WidthPair("3/4") == WidthPair(weights: 3, activations: 4))
  }
}
