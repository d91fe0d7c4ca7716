import BigInt
import Intaglio
import IntaglioDemo
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import IntaglioRewrite
import Testing

/// The demo's 3-bit model without any floats, and its operations by what they are.
private struct DemoProgram {
  let program: IntegerGraph
  var graph: Graph { program.graph }

  init() throws {
    let model = try Model(contentsOf: DemoModel.path(bits: 3))
    program = try IntegerOnlyProgram(model.integerized(), calibration: []).proof.program
  }

  /// The first node for which `choose` finds something.
  func first<T>(_ choose: (Operation) -> T?) throws -> (value: Value, part: T) {
    for value in graph.live {
      if let part = choose(graph[value].operation) { return (value, part) }
    }
    throw Missing()
  }

  struct Missing: Error {}

  /// The type of operand `index` of `value`, no wider than what it can be.
  func operand(_ index: Int, of value: Value) throws -> IntegerType {
    let operand = graph[value].operands[index]
    return try #require(program.range(of: operand).flatMap(IntegerType.init(holding:)))
  }

  /// The dimensions of what `value` reads.
  func shape(_ value: Value) -> [Int] { graph.type(of: graph[value].operands[0]).shape }
}

@Suite("The demo's own operations run in hardware", .needsTools)
struct ProgramBlocksTests {
  /// Thresholds, their neighbours and random values through every fourth table.
  private static func trace(
    _ steps: MultiThreshold,
    value: IntegerType,
    seed: UInt64
  ) throws -> Trace {
    var generator = SplitMix64(seed: seed)
    let tables = steps.tables.values
    let unit = ThresholdRequantizer(tables: tables, value: value, code: steps.type)
    var operands: [[BigUInt]] = []
    var results: [BigUInt] = []
    for table in tables.enumerated().filter({ $0.offset % 4 == 0 }).map(\.element) {
      let near = table.thresholds.flatMap { [$0 - 1, $0] }
      let random = (0..<8).map { _ in Int.random(in: value.range, using: &generator) }
      for number in near + random where value.range.contains(number) {
        operands.append([pattern(number, .init(value)), unit.word(table).pattern])
        results.append(pattern(table(number), .init(steps.type)))
      }
    }
    return Trace(
      pipeline: try unit.module(),
      latency: ThresholdRequantizer.latency,
      operands: operands,
      results: results
    )
  }

  @Test("a requantization and a function with a quantizer, by thresholds")
  func steps() throws {
    let demo = try DemoProgram()
    let requantization = try demo.first { operation in
      if case .requantize(let requantizer) = operation { MultiThreshold(requantizer) } else { nil }
    }
    let function = try demo.first { operation in
      if case .integer(.thresholds(let steps)) = operation { steps } else { nil }
    }
    let traces = try [requantization, function].map { item in
      try Self.trace(item.part, value: try demo.operand(0, of: item.value), seed: 1)
    }
    try Play(traces: traces).expectAgreement(in: .icarus)
  }

  @Test("streams of one and of two operands", arguments: [1, 2])
  func streams(_ count: Int) throws {
    let demo = try DemoProgram()
    let (value, stream) = try demo.first { operation -> ScaledSum? in
      guard case .integer(.scaledSum(let stream)) = operation, stream.multipliers.count == count
      else {
        return nil
      }
      return stream
    }
    let shape = [6, try #require(demo.shape(value).last)]
    let types = try (0..<count).map { try demo.operand($0, of: value) }
    let unit = ScaledSumRequantizer(stream, operands: types)
    var generator = SplitMix64(seed: 5)
    let elements = types.map { type in
      (0..<shape[0] * shape[1]).map { _ in
        Int.random(in: type.range, using: &generator) >> Int.random(in: 0..<6, using: &generator)
      }
    }
    // Parameters of a stream that vary along other axes belong to other rows.
    let fields = (stream.multipliers + [stream.offset, stream.shift]).map { field in
      Broadcast(Array(field.values.suffix(field.extent(fromRight: 1))), axis: 0, rank: 1)
    }
    let row = ScaledSum(
      stream.type,
      multipliers: Array(fields[..<count]),
      offset: fields[count],
      shift: fields[count + 1]
    )
    let expected = IntegerFunction.scaledSum(row).apply(to: elements, shape: shape)
    let places = fields.map { $0.expanded(over: [shape[1]]) }
    let operands = expected.indices.map { index -> [BigUInt] in
      let channel = index % shape[1]
      let word = unit.word(
        multipliers: places[..<count].map { $0[channel] },
        offset: places[count][channel],
        shift: places[count + 1][channel]
      )
      return zip(elements, types).map { pattern($0[index], .init($1)) } + [word.pattern]
    }
    let trace = Trace(
      pipeline: try unit.module(),
      latency: unit.latency,
      operands: operands,
      results: expected.map { pattern($0, .init(stream.type)) }
    )
    try Play(traces: [trace]).expectAgreement(in: .icarus)
  }

  @Test("softmax")
  func softmax() throws {
    let demo = try DemoProgram()
    let (value, softmax) = try demo.first { operation in
      if case .integer(.softmax(let softmax)) = operation { softmax } else { nil }
    }
    let shape = demo.shape(value)
    let score = try demo.operand(0, of: value)
    let unit = SoftmaxUnit("demo_softmax", [softmax], row: 0, shape: shape, score: score)
    var generator = SplitMix64(seed: 2)
    // The first row of the program's shape; the others may have scales of their own.
    let rest = Array(repeating: 0, count: shape.reduce(1, *) - unit.count)
    let rows = (0..<3).map { index -> RowTrace.Row in
      let row = (0..<unit.count).map { _ in
        Int.random(in: score.range, using: &generator) >> (2 * index)
      }
      let codes = IntegerFunction.softmax(softmax).apply(to: [row + rest], shape: shape)
      return RowTrace.Row(
        operands: row.map { [pattern($0, .init(score))] },
        results: codes.prefix(unit.count).map { pattern($0, .init(softmax.quantizer.type)) }
      )
    }
    let trace = RowTrace.trace(
      try unit.module(),
      RowTrace.Timing(latency: unit.latency, busy: unit.busy),
      rows: rows,
      pauses: 0,
      using: &generator
    )
    try Play(traces: [trace], images: unit.images).expectAgreement(in: .icarus)
  }

  @Test("normalization")
  func norm() throws {
    let demo = try DemoProgram()
    let (value, norm) = try demo.first { operation in
      if case .integer(.norm(let norm)) = operation { norm } else { nil }
    }
    let count = try #require(demo.shape(value).last)
    let type = try #require(demo.graph.type(of: demo.graph[value].operands[0]).integer)
    let unit = try NormQuantizer("demo_norm", [norm], count: count, value: type, digit: 32)
    var generator = SplitMix64(seed: 3)
    let rows = (0..<2).map { index -> RowTrace.Row in
      let row = (0..<count).map { _ in
        Int.random(in: type.range, using: &generator) >> (type.bits / 2 * index)
      }
      let codes = IntegerFunction.norm(norm).apply(to: [row], shape: [1, count])
      return RowTrace.Row(
        operands: row.map { [pattern($0, .init(type))] },
        results: codes.map { pattern($0, .init(norm.requantizer.type)) }
      )
    }
    let trace = RowTrace.trace(
      try unit.moduleWithMemory(),
      RowTrace.Timing(unit),
      rows: rows,
      pauses: 0,
      using: &generator
    )
    try Play(traces: [trace], images: [unit.image]).expectAgreement(in: .icarus)
  }
}
