import IntaglioGraph
import IntaglioNumerics

/// Recognizes the quantizer around a rounding: what stands before `Round`, and limits before or after.
///
/// ```
/// Round(Clip(x / s + z, a, b))     clamp(round(x / s + z), a, b)
/// Clip(Round(x / s) + z, a, b)     clamp(round(x / s) + z, a, b)
/// ```
enum RoundRecognition {
  /// The codes of a rounding without limits: none of them is left in a finished graph.
  static let open = IntegerType.i32

  /// round(value) as codes and their dequantizer, with the divisions, shifts and limits before it.
  ///
  /// The quantizer is called `name`.
  static func rounded(
    _ value: Value,
    name: String,
    in graph: inout Graph
  ) throws(GraphError) -> Node {
    var before = Before(value)
    while before.takeStep(in: graph) {}
    let inverse = Dequantizer(scale: Scale(.one))
    let placement = before.zeroPoint.placementBeforeRounding
    var quantizer = Quantizer(
      open,
      scale: before.scale,
      zeroPoint: before.zeroPoint,
      placement: placement
    )
    if let range = before.range {
      let limited = Limited(x: before.x, quantizer: quantizer, inverse: inverse, range: range)
      if let node = try limited.node(name: name, in: &graph) { return node }
      before = Before(value)
      quantizer = Quantizer(open, scale: Scale(.one))
    }
    let codes = try graph.append(Node(.quantize(quantizer), [before.x]), name: name)
    return Node(.dequantize(inverse), [codes])
  }

  /// What a rounding rounds: x / scale + zero point, within `range`.
  private struct Before {
    var x: Value
    var scale = Scale(.one)
    var zeroPoint = ZeroPoint(0)
    var range: ClosedRange<Int>?

    init(_ value: Value) { x = value }

    /// Takes the operation that makes `x` along; false where it stays.
    mutating func takeStep(in graph: Graph) -> Bool {
      let node = graph[x]
      let shape = graph.type(of: x).shape
      func isWhole(_ operand: Int) -> Bool { graph.type(of: node.operands[operand]).shape == shape }
      func constant(_ operand: Int) -> Scale? {
        CodeRecognition.constant(node.operands[operand], over: shape, in: graph)
      }
      switch node.operation {
      case .divide:
        guard isWhole(0), let divisor = constant(1), !divisor.values.contains(where: \.isZero),
          let product = scale.combined(divisor, { $0 * $1 })
        else { return false }
        (x, scale) = (node.operands[0], product)
      case .multiply:
        for (value, factor) in [(0, 1), (1, 0)] {
          guard isWhole(value), let factor = constant(factor),
            !factor.values.contains(where: \.isZero),
            let quotient = scale.combined(factor, { $0 / $1 })
          else { continue }
          (x, scale) = (node.operands[value], quotient)
          return true
        }
        return false
      case .add, .subtract:
        guard scale == Scale(.one) else { return false }
        let isSum = node.operation == .add
        for (value, addend) in [(0, 1), (1, 0)].prefix(isSum ? 2 : 1) {
          guard isWhole(value), let addend = constant(addend),
            let shift = CodeRecognition.integers(addend),
            let moved = zeroPoint.combined(shift, { isSum ? $0 + $1 : $0 - $1 }),
            moved.values.allSatisfy({ abs($0) < 1 << 31 })
          else { continue }
          (x, zeroPoint) = (node.operands[value], moved)
          return true
        }
        return false
      case .function(.clip(let lower, let upper)):
        guard range == nil, let limits = codes(of: lower, upper) else { return false }
        (x, range) = (node.operands[0], limits)
      default: return false
      }
      return true
    }

    /// The codes of the limits of x, where all elements have the same.
    private func codes(of lower: Double, _ upper: Double) -> ClosedRange<Int>? {
      guard let step = scale.uniform, !step.isNegative, let zero = zeroPoint.uniform,
        let low = Rational(exactly: lower), let high = Rational(exactly: upper), low <= high
      else { return nil }
      let wide = -(1 << 30)...(1 << 30)
      let codes = [low, high].map { ($0 / step + Rational(zero)).roundedHalfEven(within: wide) }
      guard wide.lowerBound < codes[0], codes[1] < wide.upperBound else { return nil }
      return codes[0]...codes[1]
    }
  }

  /// A limit on a limit, or on codes that have none yet.
  static func limited(
    _ node: Node,
    _ lower: Double,
    _ upper: Double,
    in graph: inout Graph
  ) throws(GraphError) -> Node? {
    let operand = node.operands[0]
    if case .function(.clip(let low, let high)) = graph[operand].operation,
      max(low, lower) <= min(high, upper)
    {
      let clip = Function.clip(lower: max(low, lower), upper: min(high, upper))
      let joined = Node(.function(clip), graph[operand].operands)
      return try limited(joined, max(low, lower), min(high, upper), in: &graph) ?? joined
    }
    guard case .dequantize(let dequantizer) = graph[operand].operation,
      let limits = limits(lower, upper, of: dequantizer)
    else { return nil }
    let codes = graph[operand].operands[0]
    if let constant = graph.constant(codes), dequantizer.scale == Scale(.one) {
      let name = graph.name(of: codes)
      return try clamped(constant, dequantizer, limits, name: name, in: &graph)
    }
    guard case .quantize(let quantizer) = graph[codes].operation, quantizer.type == open,
      limits.lowerBound > Int.min, limits.upperBound < Int.max
    else { return nil }
    let limited = Limited(
      x: graph[codes].operands[0],
      quantizer: quantizer,
      inverse: dequantizer,
      range: limits
    )
    return try limited.node(name: graph.name(of: codes), in: &graph)
  }

  /// The limits of codes − zero point, where reals are limited to these; all of them below 2³¹ or open.
  private static func limits(
    _ lower: Double,
    _ upper: Double,
    of dequantizer: Dequantizer
  ) -> ClosedRange<Int>? {
    guard let step = dequantizer.scale.uniform, !step.isNegative,
      dequantizer.offset == Scale(.zero), dequantizer.zeroPoint.uniform != nil
    else { return nil }
    func code(_ limit: Double, open: Int) -> Int? {
      if limit.isInfinite { return open }
      guard let exact = Rational(exactly: limit) else { return nil }
      let code = exact / step
      return code.isInteger && code.magnitude < Rational(1 << 31) ? Int(code.numerator) : nil
    }
    guard lower < .infinity, upper > -.infinity, let low = code(lower, open: .min),
      let high = code(upper, open: .max), low <= high
    else { return nil }
    return low...high
  }

  private static func clamped(
    _ constant: Tensor,
    _ dequantizer: Dequantizer,
    _ limits: ClosedRange<Int>,
    name: String?,
    in graph: inout Graph
  ) throws(GraphError) -> Node? {
    guard let zero = dequantizer.zeroPoint.uniform, let codes = constant.integers else {
      return nil
    }
    let clamped = codes.map { min(max($0 - zero, limits.lowerBound), limits.upperBound) + zero }
    guard let least = clamped.min(), let most = clamped.max(),
      let type = IntegerType(holding: least...most),
      let tensor = Tensor(clamped, type, shape: constant.type.shape)
    else { return nil }
    return Node(.dequantize(dequantizer), [try graph.append(Node(.constant(tensor)), name: name)])
  }

  /// Codes of `x` that get limits, with the zero point with which the limits are a type's, where there is one.
  private struct Limited {
    let x: Value
    let quantizer: Quantizer
    /// What makes reals of the codes; of one zero point.
    let inverse: Dequantizer
    /// Limits of codes − zero point.
    let range: ClosedRange<Int>

    func node(name: String?, in graph: inout Graph) throws(GraphError) -> Node? {
      guard let zero = inverse.zeroPoint.uniform else { return nil }
      let count = range.upperBound - range.lowerBound + 1
      let isWhole = count & (count - 1) == 0
      // No zero point where limits are a type's, else the least code 0, else as it was.
      for (index, shift) in [0, -range.lowerBound, zero].enumerated() {
        let limits = range.lowerBound + shift...range.upperBound + shift
        let fits = IntegerType(holding: limits)?.range == limits
        guard fits || index == 2 && isWhole || shift == 0 && !isWhole,
          let zeroPoint = RoundRecognition.moved(quantizer, by: shift - zero)
        else { continue }
        let limited = LimitedQuantizer(
          scale: quantizer.scale,
          zeroPoint: zeroPoint,
          placement: quantizer.placement,
          range: limits
        )
        guard let node = try limited.node(of: x, in: &graph) else { continue }
        let codes = try graph.append(node, name: name)
        let own = Dequantizer(scale: inverse.scale, zeroPoint: ZeroPoint(shift))
        return Node(.dequantize(own), [codes])
      }
      return nil
    }
  }

  /// The zero point that makes the codes of `quantizer` larger by `shift`; ties stay where they are.
  static func moved(_ quantizer: Quantizer, by shift: Int) -> ZeroPoint? {
    guard quantizer.placement == .afterRounding || shift % 2 == 0 else { return nil }
    return quantizer.zeroPoint.map { $0 + shift }
  }
}
