import IntaglioNumerics

/// A chain of functions and the quantizer behind it: real → code, known by where the code changes.
///
/// Composed with quantization a chain takes few values. The places where it crosses the tie of a
/// code are found once, as enclosures that are proved; every table of every channel then needs only
/// cheap arithmetic, and exact evaluation where an integer lies within an enclosure: (18).
///
/// Supported are chains of any length in which at most one function is not monotone (`absolute`,
/// `reciprocal`, GELU, SiLU, hard swish, `power` with a whole exponent that is even or
/// negative), followed by none that is not defined everywhere (`log`, `squareRoot`, other powers).
/// The values are those of real functions; no floating-point result is trusted.
public struct FunctionQuantization: Sendable {
  public let functions: [Function]
  public let quantizer: ScalarQuantizer
  let chain: FunctionChain
  /// The code is `constant` + Σ step·[x above cut].
  let constant: Int
  /// From left to right.
  let changes: [CodeChange]
  /// The monotone functions in front, and the number for which the next one has no value though it
  /// has one on both sides.
  let pole: (chain: FunctionChain, function: Function, number: Rational)?

  /// - Throws: `FunctionQuantizationError` for a chain that is not supported.
  public init(
    _ functions: [Function],
    _ quantizer: ScalarQuantizer
  ) throws(FunctionQuantizationError) {
    self.functions = functions
    self.quantizer = quantizer
    chain = FunctionChain(functions: functions)
    let parts = try ChainParts(functions)
    let front = FunctionChain(functions: parts.prefix.map(\.function))
    pole = parts.pole.map { (front, $0.function, $0.number) }
    var constant = quantizer.codes.lowerBound
    var changes: [CodeChange] = []
    for code in quantizer.codes.dropFirst() {
      let places = try parts.places(where: quantizer.condition(atLeast: code))
      let tie = quantizer.tie(below: code)
      constant += places.constant
      changes += places.cuts.map { CodeChange(cut: $0.cut, step: $0.step, tie: tie) }
    }
    changes.sort { ($0.cut.lower, $0.cut.upper) < ($1.cut.lower, $1.cut.upper) }
    // Which of a step up and a step down comes first must be known.
    for (change, next) in zip(changes, changes.dropFirst())
    where change.step != next.step && change.cut.upper > next.cut.lower {
      throw .undecided(functions.last, argument: next.cut.lower)
    }
    self.constant = constant
    self.changes = changes
  }
}
