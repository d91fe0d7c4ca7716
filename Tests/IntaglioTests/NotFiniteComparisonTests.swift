import Intaglio
import IntaglioTestSupport
import Testing

@Suite("Comparison of models that make NaN and infinities")
struct NotFiniteComparisonTests {
  private static let weights = "blocks.1.norm1.weight"

  @Test("NaN is named where it appears first: layer, element, image")
  func layer() throws {
    let small = try SmallComparison(.timm)
    let broken = try small.model.poisoning(Self.weights, at: 5, with: .nan)
    let result = try small.compare(try ComparisonSide(small.model), try ComparisonSide(broken))
    #expect(result.firstDivergingLayer()?.name == "blocks.1.norm1")
    let found = try #require(result.layer("blocks.1.norm1"))
    #expect(found.a.notFinite == nil)
    let place = try #require(found.b.notFinite)
    #expect(place.value == "nan" && place.element == 5 && place.image == "#0")
    #expect(place.count == 15, "one channel of 5 tokens in 3 images")
    let first = try #require(result.findings.first)
    #expect(first.layer == "blocks.1.norm1" && first.sides == [.b])
    #expect(first.description.contains("nan in b"), "\(first)")
  }

  @Test("infinity is told from NaN")
  func infinity() throws {
    let small = try SmallComparison(.timm)
    let broken = try small.model.poisoning(Self.weights, at: 5, with: .infinity)
    let result = try small.compare(try ComparisonSide(broken), try ComparisonSide(small.model))
    let place = try #require(result.layer("blocks.1.norm1")?.a.notFinite)
    #expect(place.value.hasSuffix("inf"))
  }

  @Test("a quantizer that meets NaN stops its side, by name, and the other goes on")
  func stop() throws {
    let small = try SmallComparison()
    let program = try small.model.integerized().model
    let a = try ComparisonSide(
      small.model.poisoning(Self.weights, at: 5, with: .nan),
      arithmetic: .oracle
    )
    let b = try ComparisonSide(program.poisoning(Self.weights, at: 5, with: .nan))
    #expect(b.arithmetic == .integer)
    for result in [try small.compare(a, b), try small.compare(b, a)] {
      #expect(result.images == 3 && result.stops.count == 3)
      #expect(result.agreement == nil && (result.top1A == nil) != (result.top1B == nil))
      let stop = try #require(result.stops.first)
      #expect(stop.reason.contains("NaN") && stop.reason.contains("blocks.1.attn.qkv.act"))
      let first = try #require(result.findings.first)
      #expect(first.layer.hasPrefix("blocks.1.norm1") && first.sides == [.a, .b])
    }
  }
}
