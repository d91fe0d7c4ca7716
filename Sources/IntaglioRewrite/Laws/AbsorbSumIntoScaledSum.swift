import BigInt
public import IntaglioGraph
import IntaglioNumerics

/// Joins what a stream adds up in one integer sum with one rounding: equation (17).
///
///     before   a ─ dequantize(s, o) ─┐
///                                    ├─ add ─ (+ constants) ─ quantize(2^e) ── y
///              b ─ dequantize(t) ────┘
///
///     after    a ─┐
///                 ├─ stream(s/2^e, t/2^e, o/2^e) ── y
///              b ─┘
///
/// One or two integer terms and any constants. The ratios s/2^e become integers over a power of
/// two; with 31 bits for them the result differs from the exact ratio by a small part of a unit, and
/// the bound says by how much. Codes of at most 8 bits are rounded from such a sum with further bits
/// behind the point:
///
///     after    a ─┐
///                 ├─ stream(s/(s′/2^k), t/(s′/2^k)) ─ requantize(2^−k, z′) ── y
///              b ─┘
///
/// A quantizer of codes over one term alone is an exact requantization instead.
public struct AbsorbSumIntoScaledSum: RewriteRule {
  public let law = "quantize(s·a + t·b + o) = (m₁·a + m₂·b + o′) ⊘ n"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation,
      let sum = RealSum(graph[value].operands[0], in: graph)
    else { return nil }
    guard quantizer.type.bits > 8 else {
      guard graph[graph[value].operands[0]].operation.additiveSign != nil else { return nil }
      return try codes(of: sum, quantizer, named: graph.name(of: value), in: &graph)
    }
    guard quantizer.zeroPoint.uniform == 0, let stream = Self.stream(sum, quantizer, in: graph)
    else { return nil }

    let operands = sum.terms.map(\.codes)
    let result = try graph.append(
      Node(.integer(.scaledSum(stream.sum)), operands),
      name: graph.name(of: value)
    )
    graph.setBound(stream.bound, of: result)
    return result
  }

  /// The bits behind the point from which codes are rounded.
  ///
  /// With fewer, they would often fall on the other
  /// side of a tie; with the fewest, 15 bits are left before the point.
  private static let fractionBits = 16...20

  /// The codes of a sum, by way of one with bits behind the point that cannot saturate.
  private func codes(
    of sum: RealSum,
    _ quantizer: Quantizer,
    named name: String?,
    in graph: inout Graph
  ) throws(GraphError) -> Value? {
    guard
      let largest = Self.largest(sum, over: quantizer.scale, in: graph),
      quantizer.zeroPoint.values.allSatisfy({ $0.magnitude < 1 << 14 })
    else { return nil }
    let room = Rational(IntegerType.i32.range.upperBound - 1)
    // Where not even the fewest fit, what saturates is far beyond the codes.
    let fraction = Self.fractionBits.last { largest * Rational(1 << $0) <= room }
    let unit = Rational(1, over: 1 << (fraction ?? Self.fractionBits.lowerBound))
    let fine = Quantizer(.i32, scale: quantizer.scale.map { $0 * unit })
    guard
      let stream = Self.stream(sum, fine, in: graph),
      let requantizer = AbsorbScalesIntoRequantize.requantizer(
        Dequantizer(scale: Scale(unit)),
        Quantizer(
          quantizer.type,
          scale: Scale(.one),
          zeroPoint: quantizer.zeroPoint,
          placement: quantizer.placement
        )
      )
    else { return nil }
    let result = try graph.append(
      Node(.integer(.scaledSum(stream.sum)), sum.terms.map(\.codes))
    )
    let codes = try graph.append(.requantize(requantizer), result, name: name)
    let step = quantizer.scale.values.map(\.magnitude).max()?.doubleValue ?? 0
    let maximum = (step / 2 + stream.bound.maximum).nextUp
    let range = Double(quantizer.type.range.count)
    graph.setBound(
      ErrorBound(law: self.name, maximum: maximum, relative: maximum / (step * range)),
      of: codes
    )
    return codes
  }

  /// What |sum / scale| cannot exceed.
  private static func largest(_ sum: RealSum, over scale: Scale, in graph: Graph) -> Rational? {
    var ranges = Ranges(graph)
    var total = sum.offset.combined(scale) { ($0 / $1).magnitude }
    for term in sum.terms {
      guard let range = ranges.range(of: term.codes) else { return nil }
      let magnitude = Rational(BigInt(max(range.lowerBound.magnitude, range.upperBound.magnitude)))
      let share = term.dequantizer.scale.combined(scale) { ($0 / $1).magnitude * magnitude }
      total = share.flatMap { total?.combined($0, +) }
    }
    return total?.values.max()
  }

  /// The integer sum that rounds `sum` as `quantizer` does, and how far it can be off; `nil` where
  /// 62 bits do not hold it.
  static func stream(
    _ sum: RealSum,
    _ quantizer: Quantizer,
    in graph: Graph
  ) -> (sum: ScaledSum, bound: ErrorBound)? {
    var ratios: [Scale] = []
    for term in sum.terms {
      guard let ratio = term.dequantizer.scale.combined(quantizer.scale, /) else { return nil }
      ratios.append(ratio)
    }
    guard let offset = sum.offset.combined(quantizer.scale, /) else { return nil }
    var ranges = Ranges(graph)
    let terms = sum.terms.compactMap { ranges.range(of: $0.codes) }
    guard terms.count == ratios.count,
      let shift = shift(ratios, offset, terms)
    else { return nil }
    let multipliers = ratios.compactMap { $0.combined(shift, scaled) }
    guard multipliers.count == ratios.count, let addend = offset.combined(shift, scaled) else {
      return nil
    }
    let result = ScaledSum(
      quantizer.type,
      multipliers: multipliers,
      offset: addend,
      shift: shift
    )
    guard result.largestSum(terms) != nil else { return nil }
    return (result, bound(ratios, shift, terms, quantizer))
  }

  /// Half a unit for the rounding, and what the multipliers and the offset are off by.
  private static func bound(
    _ ratios: [Scale],
    _ shift: Broadcast<Int>,
    _ ranges: [ClosedRange<Int>],
    _ quantizer: Quantizer
  ) -> ErrorBound {
    var units = shift.map { 0.5 + 0.5 / Double(sign: .plus, exponent: $0, significand: 1) }
    for (ratio, range) in zip(ratios, ranges) {
      let largest = Double(max(range.lowerBound.magnitude, range.upperBound.magnitude))
      let errors = ratio.combined(shift) { ratio, shift in
        let rounded = Rational(BigInt(scaled(ratio, shift)), over: BigInt(1) << shift)
        return (rounded - ratio).magnitude.doubleValue * largest
      }
      if let total = errors.flatMap({ units.combined($0, +) }) { units = total }
    }
    let steps = quantizer.scale.map { $0.magnitude.doubleValue }
    let maximum = (units.combined(steps, *)?.values.max() ?? 0).nextUp
    let range = quantizer.type.range
    let largest =
      (steps.values.max() ?? 0)
      * Double(max(range.lowerBound.magnitude, range.upperBound.magnitude))
    return ErrorBound(
      law: AbsorbSumIntoScaledSum().name,
      maximum: maximum,
      relative: maximum / largest
    )
  }

  /// The places behind the point, per channel, that every number has room for.
  private static func shift(
    _ ratios: [Scale],
    _ offset: Scale,
    _ ranges: [ClosedRange<Int>]
  ) -> Broadcast<Int>? {
    var shift = Broadcast(40)
    for (index, (ratio, range)) in zip(ratios, ranges).enumerated() {
      let magnitude = BigInt(max(range.lowerBound.magnitude, range.upperBound.magnitude))
      // The products of two terms and the offset share 62 bits; the first multiplier has 31.
      let room = ratio.map { ratio in
        let product = places(ratio * Rational(magnitude + 1), below: 60)
        return index == 0 ? min(product, places(ratio, below: 31)) : product
      }
      guard let both = shift.combined(room, min) else { return nil }
      shift = both
    }
    // The offset may vary over more axes than the ratios: the shift then follows the ratios, with
    // room for the largest offset.
    let room = offset.values.map { places($0, below: 60) }.min() ?? 60
    shift = shift.map { min($0, room) }
    return shift.values.allSatisfy { $0 >= 0 } ? shift : nil
  }

  /// The largest n with |number|·2ⁿ < 2^bits even when rounded, at most 62.
  private static func places(_ number: Rational, below bits: Int) -> Int {
    guard !number.isZero else { return 62 }
    let whole = number.magnitude
    let estimate = bits - (whole.numerator.bitWidth - whole.denominator.bitWidth)
    var places = min(62, max(0, estimate + 1))
    while places >= 0,
      (whole * Rational(BigInt(1) << places)).roundedHalfEven >= BigInt(1) << bits
    {
      places -= 1
    }
    return places
  }

  private static func scaled(_ number: Rational, _ places: Int) -> Int {
    Int((number * Rational(BigInt(1) << places)).roundedHalfEven)
  }
}

/// A sum of dequantized integers and exact constants.
struct RealSum {
  private(set) var terms: [Dequantized] = []
  /// All constants, the dequantizers' own offsets and zero points among them.
  private(set) var offset = Scale(.zero)

  /// scale·codes + offset.
  init(_ codes: Value, scale: Scale, offset: Scale) {
    terms = [Dequantized(codes: codes, dequantizer: Dequantizer(scale: scale))]
    self.offset = offset
  }

  /// `nil` where `value` is anything else, has no integer term, more than two, or constants that do
  /// not stretch over each other.
  init?(_ value: Value, in graph: Graph) {
    guard collect(value, 1, in: graph, depth: 64), (1...2).contains(terms.count) else { return nil }
    // The widest first: its multiplier has the fewest bits.
    terms = terms.sorted { Self.width($0, in: graph) > Self.width($1, in: graph) }
  }

  private static func width(_ term: Dequantized, in graph: Graph) -> Int {
    graph.type(of: term.codes).integer?.bits ?? 0
  }

  /// At most `depth` sums inside each other.
  private mutating func collect(
    _ value: Value,
    _ sign: Rational,
    in graph: Graph,
    depth: Int
  ) -> Bool {
    guard depth > 0, terms.count <= 2 else { return false }
    if let constant = graph.exactConstant(value) { return add(constant, sign) }
    if let term = graph.dequantized(value) {
      let scale = term.dequantizer.scale.map { sign * $0 }
      guard
        let shift = scale.combined(term.dequantizer.zeroPoint, { $0 * Rational($1) }),
        add(term.dequantizer.offset, sign), add(shift, -1)
      else { return false }
      terms.append(Dequantized(codes: term.codes, dequantizer: Dequantizer(scale: scale)))
      return graph.type(of: term.codes).shape == graph.type(of: value).shape
    }
    let node = graph[value]
    let shape = graph.type(of: value).shape
    // A term that stretches over another would need a copy; nothing in a transformer does.
    let isFlat = node.operands.allSatisfy {
      graph.type(of: $0).shape == shape || graph.exactConstant($0) != nil
    }
    guard isFlat, let second = node.operation.additiveSign else { return false }
    return collect(node.operands[0], sign, in: graph, depth: depth - 1)
      && collect(node.operands[1], second < 0 ? -sign : sign, in: graph, depth: depth - 1)
  }

  private mutating func add(_ constant: Scale, _ sign: Rational) -> Bool {
    guard let sum = offset.combined(constant, { $0 + sign * $1 }) else { return false }
    offset = sum
    return true
  }
}
