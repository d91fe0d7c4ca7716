import BigInt
import Intaglio
import IntaglioGraph
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
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

  /// The attention of a program with a softmax relative to its row, and the panels of one input.
  private static func relative() throws -> (panels: PanelProgram, memory: [[Int]]) {
    let program = try QuantizedMachineTests.program(bits: 3, without: [])
    let sample = SmallProgram.samples(program, 1)[0]
    let part = try PartOfProgram(program, .attention(0), tile: 4, sample: sample)
    let memory = part.module.panels.evaluate(part.inputs)
    try #require(part.mismatches(memory).wrong == 0, "the oracle's")
    return (part.module.panels, memory)
  }

  @Test(
    "row thresholds, quotients and joined streams give what the program writes, and the circuits do",
    .needsTools
  )
  func relativeSoftmax() throws {
    let (panels, memory) = try Self.relative()
    let study = PowerStudy(panels, memory: memory, extent: 4, products: 60)
    let subjects = try study.edgeUnits(rows: 2)
    let works: [(kind: UnitKind, titles: [String])] = [
      (.rowThresholds, ["row thresholds"]), (.quotient, ["product, quotient"]),
      (.multiplication, ["product, stream", "product, residual stream"]),
    ]
    for (kind, titles) in works {
      let subject = try #require(subjects.first { $0.kind == kind }, "\(kind)")
      let step = try #require(panels.steps.first { titles.contains($0.work.title) })
      #expect(subject.operands == step.name)
      let lanes = panels[step.result].lanes
      /// What was written, before its zero point was subtracted.
      func written(_ word: Int, _ lane: Int) -> Int {
        memory[step.result.index][(step.firstWord + word) * lanes + lane]
          + step.zeroPoint(in: panels)
      }
      let expected: [Int]
      let type: IntegerType
      switch step.work {
      case .rowThresholds(let steps, let source):
        let depth = panels[source].depth
        expected = (0..<min(2, panels[source].lanes)).flatMap { lane in
          (0..<depth).map { written($0, lane) }
        }
        type = steps.type
      case .product(let product):
        guard case .scaledSum(let stream) = product.epilogue[0] else { return }
        let height = panels[product.rows].lanes
        var numbers: [Int] = []
        for column in stride(from: 0, to: lanes, by: 4) where numbers.count < 60 {
          numbers += (0..<height).map { written($0, column) }
        }
        (expected, type) = (numbers, stream.type)
      case .transposition, .norm, .softmax:
        Issue.record("\(kind) of \(step.work.title)")
        return
      }
      let known = subject.trace.cycles.compactMap { $0.outputs.last?[0] }
      #expect(!known.isEmpty && known == expected.map { pattern($0, .init(type)) }, "\(kind)")
      try Play(traces: [subject.trace], images: subject.images).expectAgreement(in: .icarus)
    }
  }

  @Test("their netlists do the same, a row of many scores in a memory", .needsCells)
  func cells() throws {
    let (panels, memory) = try Self.relative()
    let study = PowerStudy(panels, memory: memory, extent: 4, products: 60)
    var generator = SplitMix64(seed: 3)
    let long = try PowerSubject.rowThresholds(
      RowThresholds(
        .u(6),
        tables: Broadcast(
          ThresholdTable(base: 36, changes: [(10, -11), (40, -16), (90, -8), (400, -1)])
        )
      ),
      rows: [(0..<40).map { _ in Int.random(in: -256...255, using: &generator) }],
      score: .i(9),
      operands: "noise"
    )
    let subjects = try study.edgeUnits().filter { [.rowThresholds, .quotient].contains($0.kind) }
    #expect(subjects.count == 2)
    for subject in subjects + [long] {
      let folder = try TemporaryFolder()
      // Nothing is measured that is not its model in every known bit.
      let row = try PowerMeter().measure(subject, [.cellDelays], in: folder.path)[0]
      #expect(row.kind == subject.kind && row.area > 0 && row.picojoules > 0)
      #expect((row.memoryBits > 0) == (subject.operands == "noise"))
      let table = PowerTable(edgeUnits: [row])
      let units = UnitEnergies(table)
      let found = subject.kind == .quotient ? units.quotient : units.rowThresholds
      #expect(found?.picojoules == row.picojoules && found?.area == row.area)
    }
  }
}
