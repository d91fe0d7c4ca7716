import BigInt
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import Testing

@Suite("Scaling of norms")
struct NormScalingTests {
  @Test(
    "the two bounds enclose the code before it is rounded down",
    arguments: 1...8 as ClosedRange<UInt64>
  )
  func bounds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let margin = Int.random(in: 0...40, using: &random)
    let parameters = (0..<50).map { column in
      (
        scale: Rational(
          Int.random(in: -(1 << 20)...(1 << 20), using: &random),
          over: Int.random(in: 1 << 40...1 << 45, using: &random)
        ),
        offset: Rational(
          Int.random(in: -900...900, using: &random),
          over: column % 2 == 0 ? 2 : 77
        ),
        zeroPoint: Int.random(in: -128...128, using: &random)
      )
    }
    let bias = Int.random(in: -128...128, using: &random)
    let scaling = try #require(NormScaling(parameters, bias: bias, margin: margin))
    #expect(scaling.shift >= 15 && scaling.errorMargin <= margin + 5)
    for (column, parameter) in parameters.enumerated() {
      for _ in 0..<50 {
        let magnitude = 1 << Int.random(in: 0...30, using: &random)
        let y = Int.random(in: -magnitude...magnitude, using: &random)
        // Where ŷ may be, its ends included.
        let off = [-margin, 0, margin].randomElement(using: &random) ?? 0
        let code =
          parameter.scale * Rational(y + off) + parameter.offset
          + Rational(2 * (parameter.zeroPoint + bias) + 1, over: 2)
        let h = (y * Int(scaling.multipliers[column])) >> 32 + Int(scaling.addends[column])
        let position = code * Rational(1 << scaling.shift)
        #expect(Rational(h) < position && position <= Rational(h + scaling.errorMargin))
        #expect(h.magnitude + UInt(scaling.errorMargin) < 1 << 31)
      }
    }
  }

  @Test("numbers without room have no scaling")
  func noRoom() {
    func scaling(_ scale: Rational, _ offset: Rational, margin: Int = 3) -> NormScaling? {
      NormScaling([(scale, offset, 0)], bias: 0, margin: margin)
    }
    let small = Rational(1, over: 1 << 20)
    #expect(scaling(small, .zero) != nil)
    #expect(scaling(Rational(1, over: 2), .zero) == nil)
    #expect(scaling(small, Rational(1 << 30)) == nil)
    #expect(scaling(small, .zero, margin: 1 << 40) == nil)
  }

  /// One row for each number of `rows`, normalized by a program and by definition.
  private func codes(
    _ rows: [[Int]],
    _ norm: IntegerNorm
  ) throws -> (found: [Int], expected: [Int]) {
    var graph = Graph()
    let shape = [rows.count, rows[0].count]
    let x = try graph.append(.input(name: "x", ValueType(.integer(.i(16)), shape)))
    graph.addOutput("y", try graph.append(.integer(.norm(norm)), x))
    let plan = try Plan(IntegerGraph(verifying: graph))
    let values = rows.flatMap { $0 }
    let found = try Executor(plan).outputs(values.map { Float($0) }, count: plan.batch)
    let expected = IntegerFunction.norm(norm).apply(to: [values], shape: shape)
    return (found[0].map { Int($0) }, expected)
  }

  @Test(
    "codes on ties, where no fixed-point number decides, are those of the definition",
    arguments: [3, 8],
    [1, 16, 17, 64, 100]
  )
  func ties(bits: Int, width: Int) throws {
    var random = SplitMix64(seed: UInt64(width))
    // Rows that are constant once they are shifted are 0 everywhere, which the offsets put on ties.
    let rows = (0..<12).map { row in
      (0..<width).map { column in
        row % 3 == 0 ? row << (2 - column % 3) : Int.random(in: -9000...9000, using: &random)
      }
    }
    let offsets = (0..<width).map { Rational(2 * $0 % 7 - 3, over: 2) }
    let norm = IntegerNorm(
      isCentered: true,
      left: Broadcast((0..<width).map { $0 % 3 }, shape: [width]),
      epsilon: Rational(1, over: 1000),
      requantizer: Requantizer(
        IntegerType(bits: bits, signed: true),
        multiplier: Scale((0..<width).map { Rational($0 % 5 + 1, over: 3) }, shape: [width]),
        offset: Scale(offsets, shape: [width]),
        zeroPoint: ZeroPoint(0)
      )
    )
    let (found, expected) = try codes(rows, norm)
    #expect(found == expected)
  }

  @Test("rows wider than 32 bits are normalized exactly")
  func wideRows() throws {
    var random = SplitMix64(seed: 3)
    let rows = (0..<5).map { _ in
      (0..<80).map { _ in Int.random(in: -32768...32767, using: &random) }
    }
    let norm = IntegerNorm(
      isCentered: true,
      left: Broadcast((0..<80).map { $0 % 13 }, shape: [80]),
      epsilon: Rational(1),
      requantizer: Requantizer(
        .i8,
        multiplier: Scale(Rational(31)),
        offset: Scale(Rational(1, over: 3)),
        zeroPoint: ZeroPoint(2)
      )
    )
    let (found, expected) = try codes(rows, norm)
    #expect(found == expected)
  }
}
