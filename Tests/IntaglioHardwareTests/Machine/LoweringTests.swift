import Intaglio
import IntaglioDemo
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import IntaglioRewrite
import IntaglioTestSupport
import Testing

@Suite("Programs on panels")
struct LoweringTests {
  @Test(
    "a part on panels gives the oracle's numbers",
    arguments: [2, 3, 4, 8],
    [HardwarePart.attention(0), .mlp(0), .block(0)]
  )
  func smallProgram(bits: Int, part: HardwarePart) throws {
    // Functions of 8-bit codes have no place beside a column; another test says so.
    guard bits < 6 || part == .attention(0) else { return }
    let program = try SmallProgram.architecture(bits: bits)
    let sample = SmallProgram.samples(program, 1)[0]
    let known = try PartOfProgram(program, part, tile: 4, sample: sample)
    let memory = known.module.panels.evaluate(known.inputs)
    let (wrong, compared) = known.mismatches(memory)
    #expect(compared == 5 * 64)
    #expect(wrong == 0)
  }

  @Test(
    "every attention and MLP of the shared Q-ViT models",
    .enabled(if: SharedData.isWanted),
    arguments: ["w3a3", "w2a2"]
  )
  func sharedModels(_ name: String) throws {
    guard let path = SharedData.path("fixtures/qvit-fmnist-\(name)/model.safetensors") else {
      return
    }
    let program = try Program(
      Model(contentsOf: path),
      ProgramOptions(nonlinear: .integer(IntegerOnlyOptions()))
    )
    let sample = SmallProgram.samples(program, 1)[0]
    for block in 0..<4 {
      for part in [HardwarePart.attention(block), .mlp(block)] {
        let known = try PartOfProgram(program, part, tile: 16, sample: sample)
        let (wrong, compared) = known.mismatches(known.module.panels.evaluate(known.inputs))
        #expect(compared > 0 && wrong == 0, "\(part)")
      }
    }
  }

  @Test("the values of an attention have a word per token, everything else a word per channel")
  func shapes() throws {
    let program = try SmallProgram.architecture(bits: 3)
    let panels = try HardwareModule(program, part: .attention(0), tile: 4).panels
    #expect(panels.inputs.map { panels[$0.panel].depth } == [64])
    #expect(panels.inputs.map { panels[$0.panel].lanes } == [5])
    let transpositions = panels.steps.filter {
      if case .transposition = $0.work { true } else { false }
    }
    #expect(transpositions.map { panels[$0.result].depth } == [5])
    let macs = panels.steps.map { panels.multiplyAccumulates(of: $0) }.reduce(0, +)
    let expected: Int = 5 * 64 * (3 * 64 + 5 + 5 + 64)
    #expect(macs == expected)
  }

  @Test(
    "a whole network gives the oracle's logits, its class token beside the patches",
    arguments: [2, 3, 4]
  )
  func network(bits: Int) throws {
    let program = try SmallProgram.architecture(bits: bits)
    let sample = SmallProgram.samples(program, 1)[0]
    let known = try PartOfProgram(program, .network, tile: 4, sample: sample)
    let panels = known.module.panels
    let input = try #require(panels.inputs.first)
    // The lane of the class token is empty, four patches follow.
    #expect(panels.inputs.count == 1 && panels[input.panel].lanes == 5)
    #expect(input.elements.count { $0 < 0 } == panels[input.panel].depth)
    let (wrong, compared) = known.mismatches(panels.evaluate(known.inputs))
    #expect(compared == 1000 && wrong == 0)
    var interpreter = Interpreter(known.module.machine.shape.schedule)
    interpreter.load(known.inputs)
    let isOver = interpreter.run(.rows)
    #expect(isOver)
    let output = try #require(panels.outputs.first)
    #expect(known.outputs[output.value] == interpreter.numbers(output.panel))
  }

  @Test("a program with floats is refused, with what to do")
  func floats() throws {
    let program = try Program(Model(contentsOf: DemoModel.path(bits: 3)))
    #expect {
      try HardwareModule(program, part: .attention(0), tile: 4)
    } throws: { error in
      guard let error = error as? HardwareError, case .realValues = error else { return false }
      return "\(error)".contains("--arithmetic integer-only")
    }
  }

  @Test("a part that is not there is refused, with those that are")
  func missingPart() throws {
    let program = try SmallProgram.architecture(bits: 3)
    #expect {
      try HardwareModule(program, part: .block(1), tile: 4)
    } throws: { error in
      guard let error = error as? HardwareError, case .noPart(let part, let found) = error else {
        return false
      }
      return part == .block(1) && found == [.attention(0), .mlp(0), .block(0), .network]
    }
  }

  @Test(
    "names of parts are read and written alike; others are not",
    arguments: ["attention:0", "mlp:3", "block:11", "network"]
  )
  func names(_ name: String) {
    #expect(HardwarePart(name)?.description == name)
    for wrong in ["", "attention", "attention:", "attention:-1", "head:0", "mlp:1:2", "mlp: 1"] {
      #expect(HardwarePart(wrong) == nil)
    }
  }
}
