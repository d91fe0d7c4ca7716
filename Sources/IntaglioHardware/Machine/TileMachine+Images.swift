import BigInt
import IntaglioNumerics

// What the memories hold at the beginning.

extension TileMachine {
  /// All of it: jobs, weights, and the tables of the units.
  public var images: [Verilog.MemoryImage] { jobTables + [weights] + tables }

  private var jobTables: [Verilog.MemoryImage] {
    let jobs = Verilog.MemoryImage("jobs.hex", bits: shape.job.bits, words: shape.jobWords)
    guard rows != nil else { return [jobs] }
    return [
      jobs,
      Verilog.MemoryImage("row_jobs.hex", bits: shape.rowJob.bits, words: shape.rowJobWords),
    ]
  }

  private var weights: Verilog.MemoryImage {
    let words = schedule.weights.map { lanes in
      var word = Verilog.PackedWord()
      for number in lanes { word.append(number, .init(shape.weights)) }
      return word.pattern
    }
    return Verilog.MemoryImage("weights.hex", bits: tile * shape.weights.bits, words: padded(words))
  }

  /// Thresholds, multipliers, functions and channels of norms.
  var tables: [Verilog.MemoryImage] {
    (shape.steps.map { [thresholds($0)] } ?? []) + shape.streams.indices.map(streamTable)
      + shape.lookups.map(\.image) + (rows?.images ?? [])
  }

  private func thresholds(_ unit: StepRequantizer) -> Verilog.MemoryImage {
    Verilog.MemoryImage(
      "steps.hex",
      bits: unit.table.bits,
      words: padded(schedule.steps.map { unit.word($0).pattern })
    )
  }

  private func streamTable(_ number: Int) -> Verilog.MemoryImage {
    let (unit, table) = (shape.streams[number], schedule.streams[number])
    let words = table.finishes.map { finish in
      let lanes = finish.laneAddends ?? [finish.addend]
      return lanes.enumerated().reduce(BigUInt(0)) { word, lane in
        let parameters = unit.word(
          multipliers: [finish.multiplier]
            + (table.form.hasResidual ? [finish.residualMultiplier ?? 0] : []),
          offset: lane.element,
          shift: finish.shift
        )
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
