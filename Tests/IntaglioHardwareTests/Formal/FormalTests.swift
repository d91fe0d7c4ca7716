import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Elements and threshold units are proved equal to what they are said to do", .needsTools)
struct FormalTests {
  static func element(
    _ row: IntegerType,
    _ column: IntegerType,
    _ sum: IntegerType,
    stages: Int,
    splits: Bool,
    products: Int = 1
  ) throws -> Proof {
    let shape = try ArrayShape(
      rows: 1,
      columns: 1,
      rowOperand: row,
      columnOperand: column,
      accumulator: sum,
      productStages: stages,
      splitsSums: splits,
      products: products
    )
    return try ElementSpecification(shape: shape).proof()
  }

  /// A unit with so many comparators.
  static func thresholds(
    _ value: IntegerType,
    _ code: IntegerType,
    rises: Int,
    falls: Int
  ) throws -> Proof {
    let table = try ThresholdTable(
      base: code.range.lowerBound + falls,
      thresholds: (0..<rises + falls).map { $0 + 1 },
      steps: (0..<rises + falls).map { $0 < falls ? -1 : 1 }
    )
    let unit = ThresholdRequantizer(tables: [table], value: value, code: code)
    #expect(unit.rises == rises && unit.falls == falls)
    return try ThresholdSpecification(unit: unit).proof()
  }

  static let operands: [(IntegerType, IntegerType, IntegerType)] = [
    (.i(2), .i(2), .i(9)), (.u(2), .u(2), .u(9)), (.i(3), .i(4), .i(12)), (.u(3), .i(3), .i(12)),
    (.u(4), .u(4), .i(14)), (.i(4), .i(4), .i(14)), (.i(8), .i(8), .i(24)),
  ]

  @Test(
    "an element, in every cycle, from any registers on, with every input, stall and reset",
    arguments: operands.indices,
    [(0, false), (0, true), (1, false), (1, true)]
  )
  func elements(_ index: Int, _ options: (Int, Bool)) throws {
    let (row, column, sum) = Self.operands[index]
    let proof = try Self.element(row, column, sum, stages: options.0, splits: options.1)
    #expect(try proof.byInduction() == .equal)
  }

  @Test("an element of several products", arguments: [2, 4], [(0, false), (1, true)])
  func severalProducts(_ products: Int, _ options: (Int, Bool)) throws {
    for (row, column) in [(IntegerType.i(3), IntegerType.i(4)), (.u(2), .i(2))] {
      let proof = try Self.element(
        row,
        column,
        .i(14),
        stages: options.0,
        splits: options.1,
        products: products
      )
      #expect(try proof.byInduction() == .equal, "\(proof.name)")
    }
  }

  @Test(
    "a damaged element of two products is refuted: a place, a number taken twice, an addition",
    arguments: [
      ("row_q[5:3]", "row_q[4:2]"), ("column_q[7:4]", "column_q[3:0]"),
      (">>> 1) + (", ">>> 1) - ("),
    ]
  )
  func damagedSeveralProducts(_ change: (String, String)) throws {
    let proof = try Self.element(.i(3), .i(4), .i(14), stages: 0, splits: false, products: 2)
    try expectCaught(proof, change)
  }

  @Test(
    "a threshold unit, for every value and every table",
    arguments: [(7, 0), (0, 7), (7, 7), (1, 0), (2, 3)]
  )
  func units(_ rises: Int, _ falls: Int) throws {
    for (value, code) in [(IntegerType.i(12), IntegerType.i(3)), (.u(9), .u(4)), (.i(24), .i(8))] {
      let proof = try Self.thresholds(value, code, rises: rises, falls: falls)
      #expect(try proof.byInduction() == .equal, "\(proof.name)")
    }
  }

  /// A damaged module is not proved equal, and differs at its ports within a few cycles.
  private func expectCaught(_ proof: Proof, _ change: (String, String)) throws {
    let mutant = try #require(proof.damaged(change.0, change.1), "no '\(change.0)' in the text")
    #expect(try mutant.byInduction() == .open)
    #expect(try mutant.inTheFirst(9) == .different)
  }

  @Test(
    "a damaged element is refuted: a clear value, a flipped choice, a width, a token, a shift, a reset",
    arguments: [
      ("(first_q ? 8'sd0", "(first_q ? 8'sd1"), ("(first_q ? ", "(~first_q ? "),
      ("reg signed [7:0] accumulator_q", "reg signed [6:0] accumulator_q"),
      ("if (move_i)", "if (~move_i)"), ("done_q <= last_q", "done_q <= last_i"),
      ("4'd0}) >>> 4)", "4'd0}) >>> 3)"), ("last_q <= 1'd0", "last_q <= 1'd1"),
      ("drain_q <= accumulator_q", "drain_q <= sum_i"), ("first_q <= first_i", "first_q <= last_i"),
    ]
  )
  func damagedElement(_ change: (String, String)) throws {
    try expectCaught(Self.element(.i(3), .i(4), .i(8), stages: 0, splits: false), change)
  }

  @Test(
    "a damaged element with both options is refuted: the carry, its sign, the clear, the late token",
    arguments: [
      ("if (late_first_q | lower[7])", "if (late_first_q)"),
      ("lower[8] | (~late_first_q)", "lower[8] | late_first_q"),
      ("late_first_q <= first_q", "late_first_q <= first_i"),
      ("product_q < 7'sd0", "product_q <= 7'sd0"), ("done_q <= late_last_q", "done_q <= last_q"),
      ("reg signed [6:0] product_q", "reg signed [5:0] product_q"),
    ]
  )
  func damagedSplitElement(_ change: (String, String)) throws {
    try expectCaught(Self.element(.i(3), .i(4), .i(10), stages: 1, splits: true), change)
  }

  @Test(
    "a damaged threshold unit is refuted: a comparison, a sign, a place, a base, a bit counted twice",
    arguments: [
      ("[14:3]) < value_i", "[14:3]) <= value_i"), ("$signed(table_i[14:3]) <", "table_i[14:3] <"),
      ("[26:15]) < value_i", "[25:14]) < value_i"),
      ("(table_i[2:0])", "({1'd0, table_i[1:0]})"),
      ("beyond_q[1]})", "beyond_q[0]})"), (") - $signed", ") + $signed"),
    ]
  )
  func damagedUnit(_ change: (String, String)) throws {
    try expectCaught(Self.thresholds(.i(12), .i(3), rises: 2, falls: 3), change)
  }
}
