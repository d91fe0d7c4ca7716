import Intaglio
import IntaglioRewrite
import IntaglioTestSupport
import Testing

/// The published form: one scale per input channel, along the contraction axis of every layer.
///
/// `INTAGLIO_FULL=1` tries all 10,000 images, `INTAGLIO_LIMIT=2500` that many.
@Suite("A Q-ViT with a scale per channel", .enabled(if: SharedData.isWanted, "no shared data"))
struct QViTPerChannelTests {
  static let name = "qvit-fmnist-w3a3-perchannel"

  @Test("is blocked at 17 layers, each with quantizer and axis")
  func blocked() throws {
    guard let fixture = try QViTFixture(Self.name) else { return }
    let coverage = fixture.result.coverage
    #expect(fixture.result.proof == nil)
    #expect(coverage.total == 26 && coverage.blocked.count == 17)
    for entry in coverage.blocked {
      guard
        case .blocked(.scaleAlongContraction(let side, let quantizer, let axis, let scales)) =
          entry.status
      else {
        Issue.record("\(entry.node): \(entry.status)")
        continue
      }
      #expect(side == .left)
      #expect(quantizer == "\(entry.node).act")
      // Tokens lie along axis 1 but behind the last layer, where only the class token is left.
      #expect(axis == (entry.node == "head" ? 1 : 2), "\(entry.node)")
      #expect(scales.count == (entry.node.hasSuffix("fc2") ? 384 : 96), "\(entry.node)")
      #expect(scales.smallest < scales.largest)
    }
    let products = coverage.entries.filter(\.isInteger).map(\.node).sorted()
    let attention = (0..<4).flatMap { ["blocks.\($0).attn.pv", "blocks.\($0).attn.qk"] }
    #expect(products == attention + ["patch_embed.proj"])
  }

  @Test("is integer within stated bounds when weights may absorb the scales")
  func bounded() throws {
    let options = Pipeline.Options(absorbContractionScales: true)
    guard let fixture = try QViTFixture(Self.name, options) else { return }
    let coverage = fixture.result.coverage
    #expect(fixture.result.proof != nil)
    #expect(coverage.blocked.isEmpty)
    let bounds = coverage.entries.compactMap { entry in
      if case .bounded(let bound) = entry.status { bound } else { nil }
    }
    #expect(bounds.count == 17)
    for bound in bounds {
      #expect(bound.maximum > 0 && bound.maximum.isFinite)
      #expect(bound.relative > 0 && bound.relative < 0.1, "\(bound)")
    }
  }

  @Test("keeps its accuracy when weights absorb the scales")
  func accuracy() throws {
    let options = Pipeline.Options(absorbContractionScales: true)
    guard let fixture = try QViTFixture(Self.name, options) else { return }
    let count = SharedData.limit(few: 1000, of: 10_000)
    let data = try fixture.data(count)
    let found = try fixture.evaluate(data)
    let agreement = try #require(found.agreement)
    // Re-expressed weights turn about one answer in thirty, as often for the better as for the
    // worse: ±√(count / 30) by chance, of which three times are allowed beside 0.3 points.
    let difference = abs(found.top1.hits - (try fixture.goldenHits(data)))
    let chance = count == 10_000 ? 0 : 3 * (Double(count) / 30).squareRoot()
    #expect(Double(difference) <= 0.003 * Double(count) + chance, "\(difference) of \(count)")
    #expect(agreement.top1.value >= 0.94, "\(agreement)")
  }
}
