import Intaglio
import IntaglioGraph
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioTestSupport
import Testing

@Suite("A study feeds units with what a program computes")
struct PowerStudyTests {
  private static func part() throws -> PartOfProgram {
    let program = try SmallProgram.architecture(bits: 3)
    let sample = SmallProgram.samples(program, 1)[0]
    return try PartOfProgram(program, .attention(0), tile: 4, sample: sample)
  }

  @Test(
    "streams are lanes of the panels that a product reads, and its sums are finished to its result"
  )
  func streams() throws {
    let part = try Self.part()
    let panels = part.module.panels
    let memory = panels.evaluate(part.inputs)
    let step = try #require(
      panels.steps.first { if case .product = $0.work { true } else { false } }
    )
    guard case .product(let product) = step.work else { return }
    let stream = try #require(
      OperandStream(step, of: panels, memory: memory, extent: 4, limit: 1000)
    )
    let (rows, columns) = (panels[product.rows], panels[product.columns])
    #expect(stream.row == rows.type && stream.column == columns.type)
    // The second tile is four rows of results further, for the same columns.
    let tile = try #require(stream.tiles.dropFirst().first)
    for k in 0..<product.depth {
      #expect(tile.rows[k] == memory[product.rows.index][k * rows.lanes + 4])
      #expect(tile.columns[k] == memory[product.columns.index][k * columns.lanes])
    }
    #expect(
      stream.tiles.count
        == min(
          (1000 + product.depth - 1) / product.depth,
          (rows.lanes + 3) / 4 * ((columns.lanes + 3) / 4)
        )
    )
    // Another step is no product.
    let other = panels.steps.first { if case .product = $0.work { false } else { true } }
    if let other {
      #expect(OperandStream(other, of: panels, memory: memory, extent: 4) == nil)
    }
  }

  @Test("weights and computed operands are told apart, and every element is made")
  func elements() throws {
    let part = try Self.part()
    let panels = part.module.panels
    let study = PowerStudy(panels, memory: panels.evaluate(part.inputs), extent: 4, products: 200)
    let products = study.streams
    #expect(products.contains(where: \.hasWeights) && !products.allSatisfy(\.hasWeights))
    let kinds = try PowerStudy.elements(#require(products.first)).map(\.kind)
    #expect(
      kinds == [
        .outputStationary, .weightStationary, .dequantizeFirst, .bf16, .fp16, .fp32,
      ]
    )
  }

  @Test("requantizers, softmax and norm do what the program does", .needsTools)
  func edges() throws {
    let part = try Self.part()
    let panels = part.module.panels
    let study = PowerStudy(panels, memory: panels.evaluate(part.inputs), extent: 4, products: 200)
    let subjects = try study.edgeUnits(rows: 1)
    let kinds = Set(subjects.map(\.kind))
    #expect(kinds.isSuperset(of: [.layerNorm, .softmax, .thresholds]))
    for subject in subjects {
      try Play(traces: [subject.trace], images: subject.images).expectAgreement(in: .icarus)
    }
  }
}
