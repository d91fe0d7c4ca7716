public import IntaglioGraph
import IntaglioNumerics

/// Turns the exponential of a row, functions of it and the quantizer behind them into integer
/// thresholds of the distance to the row's largest score: equation (36).
///
///     before   a ─ dequantize(s) ─ (+ mask) ─ row-exponential ─ (√ …) ─ quantize(s′, z′) ── y
///
///     after    a ─ (· 2^k + mask′) ─ row-steps(distances where the code changes) ── y
///
/// Zero points and offsets that are the same along a row cancel. A negative s turns the order round, so
/// distances are those from the smallest; s has one sign. Thresholds are proved by intervals, so the
/// law is exact; of masks, too, as long as what they hide has the code of 0. A bias that varies along the
/// row is rounded to integers; the bound says how many codes that can move.
public struct ReplaceRowExponentialByIntegers: RewriteRule {
  public let law = "quantize(f(exp(s·a − max s·a))) = a step per code, at distances max a − a"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation, quantizer.type.bits <= 8,
      quantizer.scale.extent(fromRight: 1) == 1, quantizer.zeroPoint.extent(fromRight: 1) == 1,
      let match = RowExponentialMatch(graph[value].operands[0], in: graph),
      let scores = MaskedScores(match.scores, in: graph),
      let integers = try scores.integers(in: &graph),
      let isNegative = Self.sign(of: integers.scale)
    else { return nil }
    var ranges = Ranges(graph)
    guard
      let range = ranges.range(of: integers.codes),
      range.upperBound - range.lowerBound <= RowThresholds.farthest,
      let tables = match.tables(
        integers,
        quantizer,
        within: 0...range.upperBound - range.lowerBound
      )
    else { return nil }
    let rows = RowThresholds(quantizer.type, tables: tables, fallsFromLargest: !isNegative)
    guard rows.fits(graph.type(of: integers.codes).shape) else { return nil }
    let result = try graph.append(
      .integer(.rowThresholds(rows)),
      integers.codes,
      name: graph.name(of: value)
    )
    if !integers.isExact, let bound = bound(rows, quantizer, integers) {
      graph.setBound(bound, of: result)
    }
    return result
  }

  /// Whether scales are negative; `nil` where some are and some are not.
  private static func sign(of scale: Scale) -> Bool? {
    let negative = scale.values.count { $0.isNegative }
    return negative == 0 ? false : negative == scale.values.count ? true : nil
  }

  /// How far codes can be from those of the bias before it was rounded: two elements of a row may be
  /// off, one up and one down.
  private func bound(
    _ rows: RowThresholds,
    _ quantizer: Quantizer,
    _ integers: MaskedScores.Integers
  ) -> ErrorBound? {
    let finest = integers.scale.values.map(\.magnitude.doubleValue).min() ?? 1
    let distance = 1 + Int(min(2 * integers.error / finest, 0x1p31).rounded(.up))
    let codes = rows.tables.values.map { $0.change(within: distance) }.max() ?? 0
    let step = quantizer.scale.values.map(\.magnitude.doubleValue).max() ?? 1
    return ErrorBound(
      law: name,
      maximum: Double(codes) * step,
      relative: Double(codes) / Double(quantizer.type.range.count - 1)
    )
  }
}

/// Functions of the exponential of a row.
private struct RowExponentialMatch {
  let scores: Value
  /// Applied to the exponential, first to last.
  let functions: [Function]

  init?(_ value: Value, in graph: Graph) {
    var (value, functions) = (value, [Function]())
    while case .function(let function) = graph[value].operation {
      functions.insert(function, at: 0)
      value = graph[value].operands[0]
    }
    guard case .rowExponential = graph[value].operation else { return nil }
    scores = graph[value].operands[0]
    self.functions = functions
  }

  /// The table of every scale; `nil` where a function has no table, or what a mask hides does not have
  /// the code of 0.
  func tables(
    _ integers: MaskedScores.Integers,
    _ quantizer: Quantizer,
    within distances: ClosedRange<Int>
  ) -> Broadcast<ThresholdTable>? {
    let quantizers = quantizer.scale.combined(quantizer.zeroPoint) { scale, zeroPoint in
      ScalarQuantizer(
        scale: scale,
        zeroPoint: zeroPoint,
        placement: quantizer.placement,
        codes: quantizer.type.range
      )
    }
    do {
      var known: [ScalarQuantizer: FunctionQuantization] = [:]
      return try quantizers?.combined(integers.scale) { quantizer, scale in
        let function =
          try known[quantizer] ?? FunctionQuantization([.exp] + functions, quantizer)
        known[quantizer] = function
        let table = try function.table(
          multiplier: -scale.magnitude,
          offset: .zero,
          within: distances
        )
        if let hidden = integers.negligibleDistance {
          let zero = try code(of: quantizer, at: .zero)
          guard table.thresholds.allSatisfy({ $0 <= hidden }), table(hidden) == zero else {
            throw Visible()
          }
        }
        return table
      }
    } catch { return nil }
  }

  /// What a mask hides would be seen.
  private struct Visible: Error {}

  /// The code of an exponential that is `number`.
  private func code(
    of quantizer: ScalarQuantizer,
    at number: Rational
  ) throws(FunctionQuantizationError) -> Int {
    if functions.isEmpty { return quantizer(number) }
    return try FunctionQuantization(functions, quantizer)
      .table(multiplier: .zero, offset: number, within: 0...0).base
  }
}

extension ThresholdTable {
  /// By how much the code changes at most between integers that are `distance` apart.
  fileprivate func change(within distance: Int) -> Int {
    let places = thresholds.flatMap { [$0 - 1, $0] }
    return places.flatMap { place in
      [place - distance, place + distance].map { abs(self($0) - self(place)) }
    }.max() ?? 0
  }
}
