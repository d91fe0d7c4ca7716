import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Integers relative to their row")
struct RowFunctionsTests {
  private static func steps(_ thresholds: [Int], base: Int) throws -> ThresholdTable {
    try ThresholdTable(
      base: base,
      thresholds: thresholds,
      steps: Array(repeating: -1, count: thresholds.count)
    )
  }

  private func codes(
    _ rows: RowThresholds,
    _ elements: [Int],
    _ type: ValueType
  ) throws -> [Int]? {
    let graph = try SmallGraph(.integer(.rowThresholds(rows)), type).graph
    return try Oracle<Rational>(graph).run(["a": .integer(elements)])["y"]?.integers
  }

  @Test("codes count the thresholds that lie between an element and the largest of its row")
  func fromLargest() throws {
    let table = try Self.steps([1, 4, 4], base: 3)
    let rows = RowThresholds(.u(2), tables: Broadcast(table))
    let found = try codes(rows, [7, 6, 4, 3, -9, -9, -8, -40], .codes(.i8, 2, 4))
    #expect(found == [3, 2, 2, 0, 2, 2, 3, 0])
    let turned = RowThresholds(.u(2), tables: Broadcast(table), fallsFromLargest: false)
    #expect(try codes(turned, [7, 6, 4, 3, -9], .codes(.i8, 1, 5)) == [0, 0, 0, 0, 3])
  }

  @Test("every row follows its table, and no distance is too large")
  func extremes() throws {
    let farthest = RowThresholds.farthest
    let tables = [
      try Self.steps([farthest], base: 1), try Self.steps([ThresholdTable.never], base: 1),
    ]
    let rows = RowThresholds(.u(1), tables: Broadcast(tables, shape: [2, 1]))
    let (least, most) = (Int(Int32.min), Int(Int32.max))
    let found = try codes(rows, [most, least, most, least], .codes(.i32, 2, 2))
    #expect(found == [1, 0, 1, 1])
    let near = try codes(rows, [farthest, 0, farthest - 1, 0], .codes(.i32, 2, 2))
    #expect(near == [1, 0, 1, 1])
  }

  private func complaint(
    _ function: IntegerFunction,
    _ types: ValueType...
  ) throws -> String {
    var graph = Graph()
    let values = try types.enumerated().map { index, type in
      try graph.append(.input(name: "x\(index)", type))
    }
    let error = #expect(throws: GraphError.self) {
      try graph.append(Node(.integer(function), values))
    }
    return error.map { "\($0)" } ?? ""
  }

  @Test("thresholds along the row, too many, or codes that the type does not hold are refused")
  func faults() throws {
    let table = try Self.steps([1], base: 1)
    func expect(_ rows: RowThresholds, _ type: ValueType, _ reason: String) throws {
      let text = try complaint(.rowThresholds(rows), type)
      #expect(text.contains(reason), "\(text)")
    }
    let two = Broadcast([table, try Self.steps([2], base: 1)], shape: [2])
    try expect(RowThresholds(.u(2), tables: two), .codes(.i8, 2), "varies along the last axis")
    try expect(RowThresholds(.u(2), tables: two), .codes(.i8, 3), "do not stretch")
    try expect(RowThresholds(.u(2), tables: Broadcast(table)), .real(2), "expected integers")
    try expect(
      RowThresholds(.u(2), tables: Broadcast(table)),
      ValueType(.integer(.i8), []),
      "at least one axis"
    )
    try expect(
      RowThresholds(.i(1), tables: Broadcast(table)),
      .codes(.i8, 2),
      "codes of at most 8 bits"
    )
    try expect(
      RowThresholds(.u(9), tables: Broadcast(table)),
      .codes(.i8, 2),
      "codes of at most 8 bits"
    )
    let long = try ThresholdTable(
      base: 0,
      thresholds: Array(0..<256),
      steps: (0..<256).map { $0 % 2 == 0 ? 1 : -1 }
    )
    try expect(
      RowThresholds(.u(2), tables: Broadcast(long)),
      .codes(.i8, 2),
      "at most 255 thresholds"
    )
  }

  private func quotient(
    _ requantizer: Requantizer,
    _ a: [Int],
    _ b: [Int],
    width: Int
  ) throws -> [Int]? {
    let graph = try SmallGraph(
      .integer(.quotient(Quotient(requantizer))),
      .codes(.i32, b.count, width),
      .codes(.i32, b.count, 1)
    ).graph
    return try Oracle<Rational>(graph).run(["a": .integer(a), "b": .integer(b)])["y"]?.integers
  }

  @Test("a quotient is rounded once, ties to even, and a/0 counts as 0")
  func quotients() throws {
    let plain = Requantizer(.u(4), multiplier: Scale(1))
    #expect(try quotient(plain, [1, 3, 5, 7, 100, -1], [2], width: 6) == [0, 2, 2, 4, 15, 0])
    #expect(try quotient(plain, [9, 9, 9], [0, 3, 2], width: 1) == [0, 3, 4])
    let moved = Requantizer(
      .i(4),
      multiplier: Scale([Rational(1, over: 2), -3], shape: [2]),
      offset: Scale(Rational(1, over: 2)),
      zeroPoint: ZeroPoint(1)
    )
    // ½·3/3 + ½ = 1 and −3·2/3 + ½ = −3/2, a tie; over 0 only ½ is left.
    #expect(try quotient(moved, [3, 2, 5, 5], [3, 0], width: 2) == [2, -1, 1, 1])
  }

  @Test("a quotient needs a divisor for each row and codes of at most 8 bits")
  func quotientFaults() throws {
    let plain = Quotient(Requantizer(.u(4), multiplier: Scale(1)))
    func expect(
      _ quotient: Quotient,
      _ a: ValueType,
      _ b: ValueType,
      _ reason: String
    ) throws {
      let text = try complaint(.quotient(quotient), a, b)
      #expect(text.contains(reason), "\(text)")
    }
    try expect(plain, .codes(.i32, 2, 3), .codes(.i32, 2, 3), "a divisor for each row")
    try expect(plain, .codes(.i32, 2, 3), .codes(.i32, 1, 1), "a divisor for each row")
    try expect(plain, .codes(.i32, 2, 3), .real(2, 1), "expected integers")
    let wide = Quotient(Requantizer(.u(9), multiplier: Scale(1)))
    try expect(wide, .codes(.i32, 2, 3), .codes(.i32, 2, 1), "codes of at most 8 bits")
    let long = Quotient(Requantizer(.u(4), multiplier: Scale([1, 2], shape: [2])))
    try expect(long, .codes(.i32, 2, 3), .codes(.i32, 2, 1), "do not stretch over it")
  }

  @Test("the listing says how many steps there are and from where distances are")
  func text() throws {
    let table = Broadcast(try Self.steps([1, 2], base: 2))
    func line(_ function: IntegerFunction, _ types: ValueType...) throws -> String? {
      var graph = Graph()
      let values = try types.enumerated().map { try graph.append(.input(name: "x\($0)", $1)) }
      let value = try graph.append(Node(.integer(function), values))
      return graph.line(of: value)
    }
    #expect(
      try line(.rowThresholds(RowThresholds(.u(2), tables: table)), .codes(.i8, 3))
        == "%1 = row-steps %0 2 steps : u2[3]"
    )
    let turned = RowThresholds(.u(2), tables: table, fallsFromLargest: false)
    #expect(
      try line(.rowThresholds(turned), .codes(.i8, 3))
        == "%1 = row-steps %0 2 steps from the smallest : u2[3]"
    )
    let quotient = Quotient(Requantizer(.u(4), multiplier: Scale(3), zeroPoint: ZeroPoint(1)))
    #expect(
      try line(.quotient(quotient), .codes(.i32, 2, 3), .codes(.i32, 2, 1))
        == "%2 = quotient %0 %1 multiplier 3 zero point 1 : u4[2, 3]"
    )
    var graph = Graph()
    let x = try graph.append(.input(name: "x", .real(3)))
    let exponential = try graph.append(.rowExponential, x)
    #expect(graph.line(of: exponential) == "%1 = row-exponential %0 : real[3]")
  }
}
