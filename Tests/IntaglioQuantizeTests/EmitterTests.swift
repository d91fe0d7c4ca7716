import IntaglioFloat32
import IntaglioGraph
import IntaglioNumerics
import Testing

import IntaglioQuantize

@Suite("Emitter: what is decided of a network does not move its answers, but for rounding")
struct EmitterTests {
  /// With codes of 20 bits rounding is too small to see, so what is left are the invariances: scales
  /// and lows folded into norms, weights and biases; keys and values centered.
  @Test(
    "folded scales and lows leave the float model's logits",
    arguments: 1...12 as ClosedRange<UInt64>
  )
  func folding(seed: UInt64) throws {
    let model = try SmallTransformer(seed: seed)
    let graph = model.graph
    var generator = SplitMix64(seed: seed &+ 100)
    var decisions = Decisions()
    for site in try graph.sites() {
      switch site.kind {
      case .patches, .windows: Issue.record("no convolutions here")
      case .linear(let linear):
        let width = try #require(graph.constant(linear.weights)).shape[0]
        let scales = (0..<width).map { _ in (1.5 + generator.unit()) * 0x1p-15 }
        let zeros = (0..<width).map { _ in 500_000 + Int(generator.next() % 1000) }
        let lows =
          linear.followsFunction
          ? (0..<width).map { -scales[$0] * Float(zeros[$0]) }
          : (0..<width).map { _ in generator.unit() - 14 }
        var quantizer = ChannelQuantizer(
          bits: 20,
          scales: scales,
          lows: lows,
          zeros: linear.followsFunction ? zeros : nil
        )
        // Hidden channels in another order and in groups, none of which moves a number.
        if linear.followsFunction, seed % 3 > 0 {
          quantizer.groups = seed % 3 == 1 ? [[3, 5, 7], [0], [1, 2, 4, 6]] : [Array(0..<8)]
        }
        decisions.inputs[linear.input] = quantizer
      case .product(let product):
        let width = SmallTransformer.width / SmallTransformer.heads
        let shape =
          product.decidesSoftmax
          ? [SmallTransformer.heads, width, 1] : [SmallTransformer.heads, 1, width]
        let center = Broadcast((0..<shape.reduce(1, *)).map { _ in generator.unit() }, shape: shape)
        decisions.products[site.value] = ProductQuantizers(
          left: .init(type: .i(20), scale: Broadcast(0x1p-15), center: nil),
          right: .init(type: .i(20), scale: Broadcast(0x1p-15), center: center)
        )
      }
    }
    let emitted = try Emitter.whole(graph, decisions)
    let (float, other) = (try Float32Program(graph), try Float32Program(emitted))
    for sample in SmallTransformer.samples(6, seed: seed) {
      let a = try #require(try float.floats(["x": sample])["logits"])
      let b = try #require(try other.floats(["x": sample])["logits"])
      for (x, y) in zip(a, b) { #expect((x - y).magnitude < 5e-3) }
    }
  }

  @Test("a part between two cuts is the whole, cut")
  func parts() throws {
    let graph = try SmallTransformer().graph
    let cuts = Cuts(graph)
    #expect(cuts.values.count >= 3, "the input, both residuals, and what follows the last")
    let middle = try #require(cuts.values.first { graph.name(of: $0) == "residual" })
    let output = graph.outputs[0].value
    let emitter = try Emitter(graph, Decisions(), from: middle, to: [output])
    var part = emitter.graph
    part.addOutput("logits", try #require(emitter.images[output]))
    let sample = SmallTransformer.samples(1)[0]
    let whole = try Float32Program(graph).run(["x": .real(sample)], keeping: [middle])
    let kept = try #require(whole.kept[middle])
    let again = try Float32Program(part).run([Emitter.cut: kept])
    #expect(again.outputs["logits"] == whole.outputs["logits"])
  }
}
