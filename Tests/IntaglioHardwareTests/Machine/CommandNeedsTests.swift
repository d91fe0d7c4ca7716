import Intaglio
import IntaglioHardware
import Testing

@Suite("What commands need")
struct CommandNeedsTests {
  /// Numbers that are wrong in any mode.
  private static func wrong(
    _ known: PartOfProgram,
    ignoring ignored: Interpreter.Need?
  ) -> Int {
    let schedule = known.module.machine.shape.schedule
    var wrong = 0
    for (ahead, writesLate) in Interpreter.modes {
      var interpreter = Interpreter(schedule, writesLate: writesLate, ignoring: ignored)
      interpreter.load(known.inputs)
      guard interpreter.run(ahead) else { return .max }
      for port in schedule.program.outputs {
        wrong += zip(port.elements, interpreter.numbers(port.panel)).count { element, number in
          known.outputs[port.value]?[element] != number
        }
      }
    }
    return wrong
  }

  @Test("without the tiles, or the blocks, that they need, numbers are wrong", arguments: [4, 16])
  func needs(tile: Int) throws {
    let program = try SmallProgram.demo(bits: 3)
    let sample = SmallProgram.samples(program, 1)[0]
    let known = try PartOfProgram(program, .attention(0), tile: tile, sample: sample)
    #expect(Self.wrong(known, ignoring: nil) == 0)
    #expect(Self.wrong(known, ignoring: .tiles) > 0)
    #expect(Self.wrong(known, ignoring: .blocks) > 0)
  }
}
