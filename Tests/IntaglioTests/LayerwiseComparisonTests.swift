import Intaglio
import IntaglioData
import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Comparison layer by layer")
struct LayerwiseComparisonTests {
  static let kinds: [Arithmetic] = [.float32, .oracle, .integer]

  @Test("a side is exactly itself, fed and unfed", arguments: kinds)
  func itself(kind: Arithmetic) throws {
    let small = try SmallComparison()
    let side = try ComparisonSide(small.model, arithmetic: kind)
    let result = try small.compare(side, side)
    #expect(result.images == 3 && result.codesChanged == 0 && result.codesCompared > 0)
    #expect(result.agreement?.hits == 3 && result.top1A == result.top1B)
    #expect(result.firstDivergingLayer() == nil && result.firstFaultyLayer() == nil)
    for layer in result.layers {
      #expect(layer.cumulative == .exact && layer.local == .exact, "\(layer.name)")
      #expect(layer.maxError == 0 && layer.elements > 0, "\(layer.name)")
    }
  }

  @Test("any two arithmetics agree but for rounding", arguments: kinds, kinds)
  func pairs(a: Arithmetic, b: Arithmetic) throws {
    let small = try SmallComparison()
    let result = try small.compare(
      try ComparisonSide(small.model, arithmetic: a),
      try ComparisonSide(small.model, arithmetic: b)
    )
    let compared = result.layers.filter { $0.changed != nil }
    #expect(compared.count == 18, "8 quantizers a block, the first and the last layer")
    for layer in result.layers {
      let least = layer.changed == nil ? 100.0 : .infinity
      #expect(try #require(layer.local).decibels >= least, "\(layer.name)")
    }
    #expect(result.layers.first?.name == "input" && result.layers.last?.name == "logits")
  }

  @Test(
    "one changed requantization is the first to diverge and the only one at fault",
    arguments: ["blocks.0.attn.v_act", "blocks.1.attn.v_act", "blocks.1.attn.proj.act"],
    [false, true]
  )
  func requantizer(name: String, isSwapped: Bool) throws {
    let small = try SmallComparison()
    let program = try small.model.integerized().model
    var changes = 0
    let damaged = try program.replacing { operation, found in
      guard found == name, case .requantize(let old) = operation else { return operation }
      changes += 1
      return .requantize(
        Requantizer(
          old.type,
          multiplier: old.multiplier.map { $0 * Rational(3, over: 2) },
          offset: old.offset,
          zeroPoint: old.zeroPoint
        )
      )
    }
    #expect(changes == 1)
    let sides = [
      try ComparisonSide(small.model, arithmetic: .integer), try ComparisonSide(damaged),
    ]
    let result = try small.compare(sides[isSwapped ? 1 : 0], sides[isSwapped ? 0 : 1])
    #expect(result.firstDivergingLayer()?.name == name)
    #expect(result.firstFaultyLayer()?.name == name)
    for layer in result.layers {
      let isChanged = (layer.changedLocally ?? 0) > 0
      #expect(isChanged == (layer.name == name), "\(layer.name)")
      if layer.name != name { #expect(layer.local == .exact, "\(layer.name)") }
    }
    #expect(result.layers(before: name).allSatisfy { $0.cumulative == .exact })
  }

  @Test(
    "one changed weight is found in the first codes behind it",
    arguments: [
      ("blocks.0.mlp.fc1.weight", "blocks.0.mlp.fc2.act"),
      ("blocks.1.mlp.fc1.weight", "blocks.1.mlp.fc2.act"),
    ],
    [Arithmetic.oracle, .float32, .integer]
  )
  func weight(change: (weight: String, first: String), kind: Arithmetic) throws {
    let small = try SmallComparison()
    var changes = 0
    let damaged = try small.model.integerized().model.replacing { operation, found in
      guard found == change.weight, case .constant(let tensor) = operation,
        let integer = tensor.type.integer, var codes = tensor.integers
      else { return operation }
      changes += 1
      for index in codes.indices where index % 16 == 3 { codes[index] = -codes[index] / 2 }
      return Tensor(codes, integer, shape: tensor.shape).map { .constant($0) } ?? operation
    }
    #expect(changes == 1)
    let result = try small.compare(
      try ComparisonSide(small.model, arithmetic: kind),
      try ComparisonSide(damaged)
    )
    #expect(result.firstDivergingLayer()?.name == change.first)
    // The reals between the weight and those codes are at fault.
    let function = change.weight.replacing("fc1.weight", with: "act")
    #expect(result.firstFaultyLayer()?.name == function)
    #expect((result.layer(change.first)?.changed ?? 0) > 0)
    #expect(result.layers(before: function).allSatisfy { ($0.changed ?? 0) == 0 })
  }

  @Test("a changed last layer, behind which there are no codes, is found in the answer")
  func head() throws {
    let small = try SmallComparison()
    let damaged = try small.model.integerized().model.replacing { operation, found in
      guard found == "head.weight", case .constant(let tensor) = operation,
        let integer = tensor.type.integer, let codes = tensor.integers
      else { return operation }
      return Tensor(codes.map { $0 / 2 }, integer, shape: tensor.shape).map { .constant($0) }
        ?? operation
    }
    let result = try small.compare(try ComparisonSide(small.model), try ComparisonSide(damaged))
    #expect(result.codesChanged == 0)
    #expect(result.firstDivergingLayer()?.name == "logits")
    #expect(result.firstFaultyLayer()?.name == "logits")
    #expect(result.firstDivergingLayer(threshold: 1) == nil, "the threshold decides")
  }

  @Test("a scale a thousand times too large makes codes constant, and is called out")
  func constant() throws {
    let result = try damaged("blocks.1.mlp.fc1.act", by: Rational(1000))
    let layer = try #require(result.layer("blocks.1.mlp.fc1.act"))
    #expect(layer.b.codes?.count == 1 && (layer.a.codes?.count ?? 0) > 1)
    let found = try #require(result.findings.first)
    #expect(found.layer == "blocks.1.mlp.fc1.act" && found.sides == [.b])
    if case .constant = found.cause {} else { Issue.record("\(found)") }
  }

  @Test("a scale a thousand times too small saturates, and is called out")
  func saturated() throws {
    let result = try damaged("blocks.1.mlp.fc1.act", by: Rational(1, over: 1000))
    let layer = try #require(result.layer("blocks.1.mlp.fc1.act"))
    #expect(2 * (layer.b.saturated ?? 0) > layer.elements)
    let found = try #require(result.findings.first { $0.layer == "blocks.1.mlp.fc1.act" })
    #expect(found.sides == [.b])
    if case .saturated(let share) = found.cause {
      #expect(share > 0.5)
    } else {
      Issue.record("\(found)")
    }
  }

  /// The model beside itself with another scale of one quantizer: other codes of the same type.
  private func damaged(_ name: String, by factor: Rational) throws -> LayerwiseResult {
    let small = try SmallComparison()
    let damaged = try small.model.integerized().model.replacing { operation, found in
      guard found == name, case .quantize(let old) = operation else { return operation }
      return .quantize(
        Quantizer(
          old.type,
          scale: old.scale.map { $0 * factor },
          zeroPoint: old.zeroPoint,
          placement: old.placement
        )
      )
    }
    let result = try small.compare(try ComparisonSide(small.model), try ComparisonSide(damaged))
    let layer = try #require(result.layer(name))
    #expect((layer.changed ?? 0) > 0 && (layer.local?.decibels ?? .infinity) < 20)
    #expect(result.firstDivergingLayer()?.name == name)
    #expect(result.firstFaultyLayer()?.name == name)
    return result
  }

  @Test("the number of threads changes no digit", arguments: [1, 3])
  func threads(threads: Int) throws {
    let small = try SmallComparison(images: 9)
    let (a, b) = (
      try ComparisonSide(small.model, arithmetic: .oracle), try ComparisonSide(small.model)
    )
    let one = try small.compare(a, b, threads: 1)
    let many = try small.compare(a, b, threads: threads)
    #expect(one.layers.map(\.cumulative) == many.layers.map(\.cumulative))
    #expect(one.layers.map(\.local) == many.layers.map(\.local))
    #expect(one.layers.map(\.maxError) == many.layers.map(\.maxError))
  }

  @Test("two float models differ where their weights do, and nowhere else by themselves")
  func floats() throws {
    let small = try SmallComparison(.timm)
    let other = try small.model.replacing { operation, name in
      guard name == "blocks.1.norm2.weight", case .constant(let tensor) = operation else {
        return operation
      }
      return .constant(Tensor(tensor.floats.map { $0 * 1.25 }, shape: tensor.shape))
    }
    let result = try small.compare(try ComparisonSide(small.model), try ComparisonSide(other))
    #expect(result.codesCompared == 0)
    #expect(result.firstDivergingLayer()?.name == "blocks.1.norm2")
    let different = result.layers.filter { $0.local != .exact }.map(\.name)
    #expect(different == ["blocks.1.norm2"])
  }
}
