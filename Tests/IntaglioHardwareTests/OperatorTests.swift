import BigInt
import IntaglioHardware
import IntaglioNumerics
import IntaglioTestSupport
import Testing

/// What operators mean, said once more in big integers.
private struct Meaning {
  /// Reads `bits` as a number of `type`, cutting what does not fit.
  static func wrapped(_ value: BigInt, _ type: Verilog.SignalType) -> BigInt {
    let size = BigInt(1) << type.bits
    let rest = ((value % size) + size) % size
    return type.isSigned && rest >= size / 2 ? rest - size : rest
  }

  /// ⌊x / y⌋.
  static func floor(_ x: BigInt, _ y: BigInt) -> BigInt { (x - ((x % y) + y) % y) / y }

  /// The result of `operation` on numbers of `type`.
  static func value(
    _ operation: Verilog.Expression.Binary,
    _ a: BigInt,
    _ b: BigInt,
    _ type: Verilog.SignalType
  ) -> BigInt {
    let (p, q) = (wrapped(a, .unsigned(type.bits)), wrapped(b, .unsigned(type.bits)))
    switch operation {
    case .add: return wrapped(a + b, type)
    case .subtract: return wrapped(a - b, type)
    case .multiply: return wrapped(a * b, type)
    case .and: return wrapped(BigInt(p.magnitude & q.magnitude), type)
    case .or: return wrapped(BigInt(p.magnitude | q.magnitude), type)
    case .exclusiveOr: return wrapped(BigInt(p.magnitude ^ q.magnitude), type)
    case .equal: return a == b ? 1 : 0
    case .notEqual, .notIdentical: return a != b ? 1 : 0
    case .less: return a < b ? 1 : 0
    case .lessOrEqual: return a <= b ? 1 : 0
    }
  }
}

@Suite("Operators mean in simulators what they mean in Swift", .needsTools)
struct OperatorTests {
  typealias Signal = Verilog.Signal
  /// An output: its expression, its type, and its value for two operands and a shift amount.
  private typealias Case = (
    Verilog.Expression, Verilog.SignalType, (BigInt, BigInt, Int) -> BigInt
  )

  private static let operations: [Verilog.Expression.Binary] = [
    .add, .subtract, .multiply, .and, .or, .exclusiveOr, .equal, .notEqual, .less, .lessOrEqual,
  ]

  private static func cases(
    _ type: Verilog.SignalType,
    _ a: Signal,
    _ b: Signal,
    _ n: Signal
  )
    -> [Case]
  {
    let wide = Verilog.SignalType(bits: type.bits * 2 + 1, signed: type.isSigned)
    let signed = Verilog.SignalType.signed(type.bits + 3)
    var cases: [Case] = operations.map { operation in
      let result: Verilog.SignalType =
        [.equal, .notEqual, .less, .lessOrEqual].contains(operation) ? .bit : type
      return (
        .binary(operation, a.value, b.value), result,
        { x, y, _ in Meaning.value(operation, x, y, type) }
      )
    }
    cases += [
      (~a.value, type, { x, _, _ in Meaning.wrapped(-x - 1, type) }),
      (.unary(.any, a.value), .bit, { x, _, _ in x == 0 ? 0 : 1 }),
      (
        .unary(.all, a.value), .bit,
        { x, _, _ in Meaning.wrapped(x + 1, .unsigned(type.bits)) == 0 ? 1 : 0 }
      ),
      (
        .shift(.left, a.value, by: n.value), type,
        { x, _, count in Meaning.wrapped(x << count, type) }
      ),
      (.shift(.right, a.value, by: n.value), type, { x, _, count in Meaning.floor(x, 1 << count) }),
      (
        a.value.when(a.value.isLess(than: b.value), otherwise: b.value), type,
        { x, y, _ in min(x, y) }
      ),
      // Named and nameless operands are extended in different ways.
      (a.reference.extended(to: wide), wide, { x, _, _ in x }),
      ((a.value + b.value).extended(to: wide), wide, { x, y, _ in Meaning.wrapped(x + y, type) }),
      (
        (a.value * b.value).extended(to: signed), signed,
        { x, y, _ in Meaning.wrapped(x * y, type) }
      ),
      (
        a.reference.extended(to: wide) * b.reference.extended(to: wide), wide,
        { x, y, _ in Meaning.wrapped(x * y, wide) }
      ),
      (
        .concatenation([a.value, b.value]), .unsigned(2 * type.bits),
        { x, y, _ in
          Meaning.wrapped(x, .unsigned(type.bits)) << type.bits
            + Meaning.wrapped(y, .unsigned(type.bits))
        }
      ),
      (
        .reinterpreted(a.value, signed: !type.isSigned),
        Verilog.SignalType(bits: type.bits, signed: !type.isSigned),
        { x, _, _ in
          Meaning.wrapped(x, Verilog.SignalType(bits: type.bits, signed: !type.isSigned))
        }
      ),
    ]
    return cases
  }

  private static func trace(_ type: Verilog.SignalType, seed: UInt64) throws -> Trace {
    let (a, b, n) = (Signal("a_i", type), Signal("b_i", type), Signal("n_i", .unsigned(3)))
    let cases = cases(type, a, b, n)
    let outputs = cases.enumerated().map { Signal("y\($0)_o", $1.1) }
    let module = try Verilog.Module(
      "operators_\(type)",
      summary: ["Every operator on operands of \(type)."],
      ports: [.input(a), .input(b), .input(n)] + outputs.map(Verilog.Port.output),
      sections: [
        Verilog.Section(
          "The operators.",
          zip(outputs, cases).map { .assign($0.reference, $1.0) }
        )
      ]
    )
    var generator = SplitMix64(seed: seed)
    let ends = [type.range.lowerBound, type.range.upperBound, 0, 1]
    func number(_ index: Int) -> BigInt {
      index < 4
        ? ends[index]
        : Meaning.wrapped(
          BigInt(BigUInt.randomInteger(withMaximumWidth: type.bits, using: &generator)),
          type
        )
    }
    func bits(_ value: BigInt, _ width: Int) -> BigUInt {
      Meaning.wrapped(value, .unsigned(width)).magnitude
    }
    let cycles = (0..<64).map { index in
      let (x, y) = (number(index / 8), number(index % 8))
      let count = Int.random(in: 0..<8, using: &generator)
      return Trace.Cycle(
        inputs: [bits(x, type.bits), bits(y, type.bits), BigUInt(count)],
        outputs: cases.map { [bits($0.2(x, y, count), $0.1.bits)] }
      )
    }
    return Trace(module, lanes: outputs.map { _ in 1 }, cycles: cycles)
  }

  private static let types: [Verilog.SignalType] = [
    .signed(2), .unsigned(2), .signed(5), .unsigned(8), .signed(33), .unsigned(70),
  ]

  static func play() throws -> Play {
    Play(traces: try types.enumerated().map { try trace($1, seed: UInt64($0)) })
  }

  @Test("every operator, at the ends of its types and at random")
  func operators() throws { try Self.play().expectAgreement(in: .icarus) }

  @Test("no tool has anything to say about them", arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    let folder = try TemporaryFolder()
    for type in Self.types {
      let design = try Verilog.Design(try Self.trace(type, seed: 1).module)
      try Lint.check(design, with: tool, in: folder.path)
    }
  }
}
