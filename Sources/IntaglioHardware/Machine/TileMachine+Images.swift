import BigInt
import IntaglioNumerics

// What the memories hold at the beginning.

extension TileMachine {
  /// All of it: commands, weights, and the tables of the units.
  public var images: [Verilog.MemoryImage] { commandTables + [weights] + tables }

  private var commandTables: [Verilog.MemoryImage] {
    let commands = Verilog.MemoryImage(
      "commands.hex",
      bits: shape.command.bits,
      words: shape.commandWords
    )
    guard rows != nil else { return [commands] }
    return [
      commands,
      Verilog.MemoryImage(
        "row_commands.hex",
        bits: shape.rowCommand.bits,
        words: shape.rowCommandWords
      ),
    ]
  }

  private var weights: Verilog.MemoryImage {
    let products = shape.products
    let words = stride(from: 0, to: schedule.weights.count, by: products).map { first in
      var word = Verilog.PackedWord()
      for number in schedule.weights[first..<first + products].joined() {
        word.append(number, .init(shape.weights))
      }
      return word.pattern
    }
    return Verilog.MemoryImage("weights.hex", bits: weightsWord.type.bits, words: padded(words))
  }

  /// Thresholds, multipliers, functions and channels of norms.
  var tables: [Verilog.MemoryImage] {
    (shape.steps.map { [thresholds($0)] } ?? []) + shape.streams.indices.map(streamTable)
      + shape.lookups.map(\.image) + (shape.search?.images ?? []) + (rows?.images ?? [])
  }

  private func thresholds(_ unit: ThresholdRequantizer) -> Verilog.MemoryImage {
    Verilog.MemoryImage(
      "steps.hex",
      bits: unit.table.bits,
      words: padded(schedule.steps.map { unit.word($0).pattern })
    )
  }

  private func streamTable(_ number: Int) -> Verilog.MemoryImage {
    let (unit, table) = (shape.streams[number], schedule.streams[number])
    let words = table.epilogues.map { epilogue in
      let lanes = epilogue.laneAddends ?? [epilogue.addend]
      return lanes.enumerated().reduce(BigUInt(0)) { word, lane in
        let parameters = unit.word(epilogue, offset: lane.element)
        return word | parameters.pattern << (lane.offset * unit.parameters.bits)
      }
    }
    return Verilog.MemoryImage(
      "streams_\(number).hex",
      bits: shape.streamBits(number),
      words: padded(words)
    )
  }

  /// Two words at least: an address has at least one bit.
  private func padded(_ words: [BigUInt]) -> [BigUInt] {
    words + Array(repeating: 0, count: max(0, 2 - words.count))
  }
}
