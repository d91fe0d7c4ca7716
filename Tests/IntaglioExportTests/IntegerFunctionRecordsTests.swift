import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

/// What stands in the place of reals, on its way to disk and back.
@Suite("Packed integer functions")
struct IntegerFunctionRecordsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// `functions` on an input of i8 codes.
  private func graph(_ functions: IntegerFunction..., shape: [Int] = [2, 3]) throws -> Graph {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.integer(.i8), shape)))
    for function in functions {
      let operands = Array(repeating: x, count: function.operandCount)
      graph.addOutput("y", try graph.append(Node(.integer(function), operands)))
    }
    return graph
  }

  @discardableResult
  private func expectRoundTrip(_ graph: Graph) throws -> PackedSizes {
    let path = folder.path("model")
    let sizes = try PackedModel.write(graph: graph, description: .sample, to: path)
    let model = try PackedModel.read(path: path)
    expectSame(model.graph, graph)
    #expect(model.sizes == sizes)
    return sizes
  }

  @Test("numbers of every width up to 63 bits come back", arguments: 0...62)
  func widths(bits: Int) throws {
    let most = bits == 62 ? 1 << 62 : (1 << bits) - 1 + bits % 2
    let first = min(most, 1 << 31 - 1)
    let stream = ScaledSum(
      .i(16),
      multipliers: [
        Broadcast([first, -first, 0], shape: [3]), Broadcast([-most, most, 1], shape: [3]),
      ],
      offset: Broadcast([most, -most], shape: [2, 1]),
      shift: Broadcast([0, 31, 62], shape: [3])
    )
    try expectRoundTrip(try graph(.scaledSum(stream)))
  }

  @Test("thresholds at both ends of 32 bits, tables of different lengths and empty ones come back")
  func thresholdTables() throws {
    let ends = [Int(Int32.min), Int(Int32.min), 0, ThresholdTable.never, ThresholdTable.never]
    let tables = [
      try ThresholdTable(base: -2, thresholds: ends, steps: [1, -1, 1, 1, -1]),
      try ThresholdTable(base: 3, thresholds: [], steps: []),
      try ThresholdTable(
        base: 0,
        thresholds: Array(-20..<20),
        steps: (0..<40).map { $0 % 2 * 2 - 1 }
      ),
    ]
    let steps = MultiThreshold(.i(3), tables: Broadcast(tables, shape: [3]))
    let uniform = MultiThreshold(.i(3), tables: Broadcast(tables[1]))
    try expectRoundTrip(try graph(.thresholds(steps), .thresholds(uniform)))
  }

  @Test("rising tables take no byte for their steps, thresholds their own width")
  func compactTables() throws {
    let tables = (0..<64).map { channel in
      ThresholdTable(
        multiplier: Rational(1, over: 9),
        offset: 0,
        zeroPoint: channel % 3,
        codes: 0...15
      )
    }
    let steps = MultiThreshold(.u(4), tables: Broadcast(tables, shape: [64]))
    let sizes = try expectRoundTrip(try graph(.thresholds(steps), shape: [2, 64]))
    // 64 bases of 1 bit, 64 counts of 4, 64·15 thresholds within ±140.
    #expect(sizes.tableBytes == 64 / 8 + 64 / 2 + 64 * 15 * 9 / 8)
  }

  @Test("lookups of 2 to 16 bits come back", arguments: [2, 8, 9, 16])
  func lookups(bits: Int) throws {
    for index in [IntegerType.i(bits), .u(bits)] {
      for type in [IntegerType.u(1), .i(5), .u(32), .i32] {
        let range = type.range
        let entries = index.range.map { range.lowerBound + ($0 & 0xFFFF) * 977 % range.count }
        var graph = Graph()
        let x = try graph.append(.input(name: "x", ValueType(.integer(index), [4])))
        let lookup = LookupFunction(type, index: index, entries: entries)
        graph.addOutput("y", try graph.append(.integer(.lookup(lookup)), x))
        try expectRoundTrip(graph)
      }
    }
  }

  @Test("a root is kept digit by digit")
  func roots() throws {
    let epsilon = Rational(0x1234_5678_9ABC, over: 1_000_003)
    for count in [1, 3, 192, 1000] {
      let root = try #require(FixedPointRoot(count: count, bound: 1 << 20, epsilon: epsilon))
      let norm = IntegerNorm(
        isCentered: count % 2 == 0,
        left: Broadcast((0..<count).map { $0 % 4 }, shape: [count]),
        epsilon: epsilon,
        method: .fixedPoint(root),
        requantizer: Requantizer(.i8, multiplier: Scale(Rational(-7, over: 3)))
      )
      try expectRoundTrip(try graph(.norm(norm), shape: [2, count]))
    }
  }

  // Damage

  /// One of everything, small enough for a test at every byte.
  private func sample() throws -> Graph {
    let table = try ThresholdTable(base: -1, thresholds: [-5, 2, 9], steps: [1, 1, -1])
    let root = try #require(FixedPointRoot(count: 3, bound: 127, epsilon: Rational(1, over: 7)))
    let requantizer = Requantizer(.i(3), multiplier: Scale(Rational(3, over: 2)))
    let probabilities = Quantizer(
      .u(3),
      scale: Scale(Rational(1, over: 8)),
      zeroPoint: ZeroPoint(1)
    )
    return try graph(
      .thresholds(MultiThreshold(.i(2), tables: Broadcast(table))),
      .lookup(LookupFunction(.u(3), index: .i8, entries: (0..<256).map { $0 % 8 })),
      .scaledSum(
        ScaledSum(
          .i(6),
          multipliers: [Broadcast(77), Broadcast(1 << 33)],
          offset: Broadcast((0..<12).map { $0 << 40 }, shape: [12]),
          shift: Broadcast(33)
        )
      ),
      .norm(
        IntegerNorm(
          isCentered: true,
          left: Broadcast(2),
          epsilon: Rational(1, over: 7),
          method: .fixedPoint(root),
          requantizer: requantizer
        )
      ),
      .softmax(
        IntegerSoftmax(
          scale: Scale(Rational(5, over: 64)),
          exponential: .base2(fractionBits: 4, tableBits: 16),
          quantizer: probabilities
        )
      ),
      .softmax(
        IntegerSoftmax(scale: Scale(.one), exponential: .shiftmax, quantizer: probabilities)
      ),
      .softmax(
        IntegerSoftmax(scale: Scale(.one), exponential: .base2Product, quantizer: probabilities)
      ),
      shape: [2, 12]
    )
  }

  @Test("a file cut short anywhere is refused")
  func truncations() throws {
    try PackedModel.write(graph: sample(), description: .sample, to: folder.path("intact"))
    let bytes = try folder.bytes("intact")
    for length in bytes.indices {
      let path = try folder.file("cut", Array(bytes.prefix(length)))
      #expect(throws: ExportError.self, "\(length) bytes") { try PackedModel.read(path: path) }
    }
  }

  @Test(
    "random texts and numbers are refused or read, evaluated and written again, never a trap",
    arguments: 0..<600 as Range<UInt64>
  )
  func mutations(seed: UInt64) throws {
    try PackedModel.write(graph: sample(), description: .sample, to: folder.path("intact"))
    var random = SplitMix64(seed: seed)
    var mutant = try Forgery(folder.path("intact"))
    for _ in 0..<Int.random(in: 1...3, using: &random) { mutant.mutate(using: &random) }
    try mutant.write(to: folder.path("mutant"))
    guard let model = try? PackedModel.read(path: folder.path("mutant")) else { return }
    let path = folder.path("again")
    try PackedModel.write(graph: model.graph, description: model.description, to: path)
    guard model.graph.inputs.allSatisfy({ model.graph.type(of: $0).count <= 64 }) else { return }
    var inputs: [String: OracleTensor<Double>] = [:]
    for input in model.graph.inputs {
      guard case .input(let name, let type) = model.graph[input].operation,
        let range = type.integer?.range
      else { continue }
      inputs[name] = .integer(
        (0..<type.count).map { $0 % 2 == 0 ? range.upperBound : range.lowerBound }
      )
    }
    _ = try? Oracle<Double>(model.graph).run(inputs)
  }

  @Test("what an integer function may not say", arguments: forgeries)
  func forgery(_ forged: ForgedProgram) throws {
    try PackedModel.write(graph: sample(), description: .sample, to: folder.path("intact"))
    var forgery = try Forgery(folder.path("intact"))
    try #require(forgery.program.contains(forged.text), "\(forged.text) in \(forgery.program)")
    forgery.replace(forged.text, by: forged.replacement)
    try forgery.write(to: folder.path("forged"))
    let error = #expect(throws: ExportError.self) {
      try PackedModel.read(path: folder.path("forged"))
    }
    let message = error.map(\.description) ?? ""
    #expect(message.contains(forged.message), "\(message)")
  }

  static let forgeries = [
    // Step tables
    ForgedProgram(#""bases":[-1]"#, #""bases":[]"#, "expected 1 bases, found 0"),
    ForgedProgram(#""bases":[-1]"#, #""bases":[-3]"#, "leaves i2"),
    ForgedProgram(#""bases":[-1]"#, #""bases":[2147483648]"#, "expected a base within i32"),
    ForgedProgram(#""counts":[3]"#, #""counts":[2]"#, "expected 2 thresholds, found 3"),
    ForgedProgram(#""counts":[3]"#, #""counts":[-1]"#, "found -1"),
    ForgedProgram(#""counts":[3]"#, #""counts":[9223372036854775807]"#, "numbers of thresholds"),
    ForgedProgram(
      #""counts":[3]"#,
      #""counts":{"element":"u2","tensor":"none"}"#,
      "'none' is missing"
    ),
    ForgedProgram(#""thresholds":[-5,2,9]"#, #""thresholds":[-5,9,2]"#, "threshold 2 within 9..."),
    ForgedProgram(#""thresholds":[-5,2,9]"#, #""thresholds":[-5,2,2147483649]"#, "threshold 2"),
    ForgedProgram(#""thresholds":[-5,2,9]"#, #""thresholds":[-5,2]"#, "expected 3 thresholds"),
    ForgedProgram(#""steps":[1,1,-1]"#, #""steps":[1,2,-1]"#, "+1 or −1 as step 1, found 2"),
    ForgedProgram(#""steps":[1,1,-1]"#, #""steps":[1]"#, "expected 3 steps"),
    ForgedProgram(#""shape":[],"steps""#, #""shape":[0],"steps""#, "fills its shape"),
    ForgedProgram(#""shape":[],"steps""#, #""shape":[2147483647],"steps""#, "2147483647 bases"),
    // Lookups
    ForgedProgram(#""index":"i8""#, #""index":"i9""#, "expected U8"),
    ForgedProgram(#""index":"i8""#, #""index":"i32""#, "indices of at most 16 bits"),
    ForgedProgram(#""index":"i8""#, #""index":"u8""#, "expected indices of type u8"),
    ForgedProgram(#""op":"lookup","to":"u3""#, #""op":"lookup","to":"u2""#, "entries of type u2"),
    // Streams
    ForgedProgram(#""multipliers":[77,8589934592]"#, #""multipliers":[77]"#, "1 operand, found 2"),
    ForgedProgram(#""multipliers":[77,8589934592]"#, #""multipliers":[]"#, "0 operands, found 2"),
    ForgedProgram(
      #""of":[0,0],"op":"stream""#,
      #""of":[],"op":"stream""#,
      "expected 2 operands, found 0"
    ),
    ForgedProgram(#""multipliers":[77,"#, #""multipliers":[2147483648,"#, "too large"),
    ForgedProgram(#""shift":33"#, #""shift":63"#, "shifts are 0…62"),
    ForgedProgram(#""shift":33"#, #""shift":-1"#, "shifts are 0…62"),
    ForgedProgram(#""element":"i64""#, #""element":"i32""#, "expected I32"),
    ForgedProgram(#""element":"i64""#, #""element":"i65""#, "an integer type"),
    // Norms
    ForgedProgram(#""left":2"#, #""left":32"#, "left shifts are 0…31"),
    ForgedProgram(#""left":2"#, #""left":-1"#, "left shifts are 0…31"),
    ForgedProgram(#""ratio":"1/7""#, #""ratio":"-1/7""#, "epsilon must be positive"),
    ForgedProgram(#""ratio":"1/7""#, #""ratio":"1/0""#, "a ratio"),
    ForgedProgram(#""centered":true"#, #""centered":1.5"#, "JSON"),
    ForgedProgram(#""scale":32"#, #""scale":33"#, "widths of a fixed-point root"),
    ForgedProgram(#""root":31"#, #""root":32"#, "widths of a fixed-point root"),
    ForgedProgram(#""fraction":28"#, #""fraction":31"#, "widths of a fixed-point root"),
    // Softmax
    ForgedProgram(#""fraction":4"#, #""fraction":13"#, "0…12 fraction bits"),
    ForgedProgram(#""table":16"#, #""table":25"#, "8…24 table bits"),
    ForgedProgram(#""table":16"#, #""table":null"#, "expected table"),
    ForgedProgram(#""kind":"base2""#, #""kind":"base3""#, "JSON"),
    ForgedProgram(#""multiplier":"5p-6""#, #""multiplier":"0""#, "must not be zero"),
    ForgedProgram(#""scale":"1p-3""#, #""scale":"-1p-3""#, "must be positive"),
    ForgedProgram(#""zeroPoint":1}"#, #""zeroPoint":1048576}"#, "zero point is too long"),
  ]
}
