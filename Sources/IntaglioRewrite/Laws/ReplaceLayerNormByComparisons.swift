public import IntaglioGraph
import IntaglioNumerics

/// Turns LayerNorm or RMSNorm and the quantizer behind it into integer comparisons: equations
/// (19)–(22).
///
///     before   q ─ dequantize(s) ─ layerNorm(γ, β, ε) ─ quantize(s′, z′) ── y
///
///     after    q ─ integer-layer-norm(γ/s′, β/s′, ε/s²) ── y
///
/// The common part of the scale cancels against the deviation, so it only enters ε. Channels may
/// differ by powers of two, which become left shifts. A zero point that all elements share goes with the
/// mean. RMSNorm subtracts no mean and has no β.
/// Exact with `exact` arithmetic and codes of at most 8 bits; otherwise codes can differ where what is
/// rounded is within the stated bound of a tie. Wider codes, those of a stream behind a norm, are always
/// made with the root.
public struct ReplaceLayerNormByComparisons: RewriteRule {
  public let law = "quantize(layerNorm(s·q)) is decided by signs and squares of integers"
  private let arithmetic: NormArithmetic

  public init(_ arithmetic: NormArithmetic = .exact) { self.arithmetic = arithmetic }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation,
      let (epsilon, isCentered) = graph[graph[value].operands[0]].operation.norm,
      let parts = parts(of: graph[value].operands[0], in: graph),
      let exact = requantizer(parts, quantizer),
      let exactEpsilon = Rational(exactly: epsilon), exactEpsilon.signum > 0,
      let unit = parts.units.values.min(),
      let shifts = parts.shifts(over: unit)
    else { return nil }
    let unitEpsilon = exactEpsilon / (unit * unit)
    let largest = parts.magnitude << (shifts.values.max() ?? 0)
    guard
      let root = FixedPointRoot(count: parts.width, bound: largest, epsilon: unitEpsilon)
    else { return nil }

    let meant = IntegerNorm(
      isCentered: isCentered,
      left: shifts,
      epsilon: unitEpsilon,
      requantizer: exact
    )
    let (norm, bound) = computed(meant, root, width: parts.width)
    guard norm.fits(graph.type(of: parts.codes)) else { return nil }
    let result = try graph.append(
      .integer(.norm(norm)),
      parts.codes,
      name: graph.name(of: value)
    )
    if let bound { graph.setBound(bound, of: result) }
    return result
  }

  /// `norm` in the arithmetic asked for, and how far its codes can be off; `nil` where they cannot.
  private func computed(
    _ norm: IntegerNorm,
    _ root: FixedPointRoot,
    width: Int
  ) -> (norm: IntegerNorm, bound: ErrorBound?) {
    let type = norm.requantizer.type
    // A stream has more codes than comparisons of squares can decide.
    switch type.bits > 8 ? .fixedPoint : arithmetic {
    case .exact: return (norm, nil)
    case .rounded(let bits):
      let rounding = NormRounding(fractionBits: bits, width: width)
      let rounded = rounding.round(norm)
      return (rounded, errorBound(rounding.error(from: norm, to: rounded), type))
    case .fixedPoint:
      let fixed = IntegerNorm(
        isCentered: norm.isCentered,
        left: norm.left,
        epsilon: norm.epsilon,
        method: .fixedPoint(root),
        requantizer: norm.requantizer
      )
      return (fixed, errorBound(error(of: root, width, fixed), type))
    }
  }

  private struct Parts {
    let codes: Value
    /// The scale of every channel, positive.
    let units: Scale
    let gamma: Scale
    let beta: Scale
    let width: Int
    /// The largest |q|.
    let magnitude: Int

    /// n for every channel whose scale is 2ⁿ · `unit` with 0 ≤ n ≤ 31; `nil` where one is not.
    func shifts(over unit: Rational) -> Broadcast<Int>? {
      let shifts = units.map { scale in (0...31).first { Rational(1 << $0) == scale / unit } }
      guard shifts.values.allSatisfy({ $0 != nil }) else { return nil }
      return shifts.map { $0 ?? 0 }
    }
  }

  private func parts(of norm: Value, in graph: Graph) -> Parts? {
    let operands = graph[norm].operands
    var ranges = Ranges(graph)
    guard
      let operand = graph.dequantized(operands[0]),
      let gamma = graph.exactConstant(operands[1]),
      let beta = operands.count > 2 ? graph.exactConstant(operands[2]) : Scale(.zero),
      let width = graph.type(of: norm).shape.last,
      operand.dequantizer.isShifted(withoutChange: graph[norm].operation.norm?.isCentered == true),
      operand.dequantizer.scale.fits([width]),
      operand.dequantizer.scale.values.allSatisfy({ $0.signum > 0 }),
      let range = ranges.range(of: operand.codes)
    else { return nil }
    return Parts(
      codes: operand.codes,
      units: operand.dequantizer.scale,
      gamma: gamma,
      beta: beta,
      width: width,
      magnitude: Int(clamping: max(range.lowerBound.magnitude, range.upperBound.magnitude))
    )
  }

  /// code = round((γ/s′)·ŷ + β/s′) + z′: what `AbsorbScalesIntoRequantize` does with ŷ as the codes.
  private func requantizer(_ parts: Parts, _ quantizer: Quantizer) -> Requantizer? {
    AbsorbScalesIntoRequantize.requantizer(
      Dequantizer(scale: parts.gamma, offset: parts.beta),
      quantizer
    )
  }

  /// How far from M·ŷ + B what is rounded can be, in codes: the error of ŷ, multiplied.
  private func error(of root: FixedPointRoot, _ width: Int, _ norm: IntegerNorm) -> Double {
    let unit = Double(sign: .plus, exponent: -root.fractionBits, significand: 1)
    let error = Double(root.bound(count: width)) * unit
    let steps = norm.requantizer.multiplier.values.map { $0.magnitude.doubleValue * error }
    return (steps.max() ?? 0).nextUp
  }

  /// What is rounded to a code of `type` is at most `error` beside that of the model.
  private func errorBound(_ error: Double, _ type: IntegerType) -> ErrorBound {
    ErrorBound(law: name, maximum: error, relative: error / Double(type.range.count))
  }
}

extension Dequantizer {
  /// Whether zero point and offset change nothing: they are zero, or a mean is subtracted and they are the
  /// same number everywhere.
  func isShifted(withoutChange isCentered: Bool) -> Bool {
    guard isCentered, scale.uniform != nil else {
      return zeroPoint.uniform == 0 && offset.uniform?.isZero == true
    }
    return zeroPoint.uniform != nil && offset.uniform != nil
  }
}
