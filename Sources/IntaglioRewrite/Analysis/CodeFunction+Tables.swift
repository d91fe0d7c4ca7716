import BigInt
import IntaglioGraph
import IntaglioNumerics

extension CodeFunction {
  /// The most codes, over all tables, that are computed.
  private static let mostCodes = 1 << 17

  /// For each code of the source, the lowest first, the code of the result: one list where all elements
  /// have the same constants, else one for each of them, stretched as the constants are.
  ///
  /// Proved: every step is exact or enclosed by intervals, and every rounding is that of the model, ties
  /// included. A code that the source never has gets what its nearest neighbour has.
  ///
  /// - Returns: `nil` where some code has no value or no precision decides one, or there are too many.
  func tables(in graph: Graph) -> Broadcast<[Int]>? {
    guard
      let type = graph.type(of: source).integer, let result = graph.type(of: result).integer,
      let parts = CodeFunctionParts(self, in: graph)
    else { return nil }
    var ranges = Ranges(graph)
    let reached = (ranges.range(of: source) ?? type.range).clamped(to: type.range)
    let columns = parts.columns
    guard Set(columns.values).count <= Self.mostCodes / reached.count else { return nil }
    var known: [[Int32]: [Int]] = [:]
    for column in columns.values where known[column] == nil {
      var codes: [Int] = []
      for code in reached {
        guard let code = parts.code(at: code, column), result.range.contains(code) else {
          return nil
        }
        codes.append(code)
      }
      let (below, above) = (
        reached.lowerBound - type.range.lowerBound, type.range.upperBound - reached.upperBound
      )
      guard let first = codes.first, let last = codes.last else { return nil }
      known[column] =
        [Int](repeating: first, count: below) + codes + [Int](repeating: last, count: above)
    }
    return columns.map { known[$0] ?? [] }
  }
}

/// The steps of a function of codes with what they are given beside their operands.
private struct CodeFunctionParts {
  /// One step: what it does with the values of the steps before it.
  enum Step {
    case constant(Broadcast<Rational>)
    case arithmetic(IntaglioGraph.Operation, Int, Int, isInteger: Bool)
    case function(Function, Int)
    case quantize(IntegerType, ZeroPointPlacement, Scale, ZeroPoint, Int)
    case dequantize(Scale, ZeroPoint, offset: Scale, Int)
    case requantize(Requantizer, Int)
    case lookup(LookupFunction, Int)
    case thresholds(MultiThreshold, Int)
  }

  private var steps: [Step] = []
  /// How the parameters of all steps stretch: for each element of the whole, which entry of each.
  private(set) var columns = Broadcast<[Int32]>([])

  /// The most elements over which parameters stretch.
  private static let mostColumns = 1 << 12

  /// Enough for every value that is not on the tie itself.
  private static let precisions = [96, 192, 384, 768, 1024]

  /// `nil` where parameters do not stretch over each other, or a constant is not finite.
  init?(_ function: CodeFunction, in graph: Graph) {
    var places = [function.source: 0]
    for value in function.steps {
      let node = graph[value]
      let operands = node.operands.compactMap { places[$0] }
      guard
        operands.count == node.operands.count,
        let step = Self.step(node, operands, value, in: graph)
      else { return nil }
      // The source stands first.
      places[value] = steps.count + 1
      steps.append(step)
      for parameter in step.parameters {
        guard
          let shape = Shape.broadcast(columns.shape, parameter.shape),
          let count = Shape.count(shape), count <= Self.mostColumns,
          let joined = columns.combined(parameter, { $0 + [$1] })
        else { return nil }
        columns = joined
      }
    }
  }

  private static func step(
    _ node: Node,
    _ operands: [Int],
    _ value: Value,
    in graph: Graph
  ) -> Step? {
    switch node.operation {
    case .constant(let tensor):
      let shape = graph.type(of: value).shape
      guard !shape.contains(0), let numbers = tensor.rationals else { return nil }
      return .constant(Broadcast(numbers, shape: shape))
    case .add, .subtract, .multiply, .divide:
      let isInteger = graph.type(of: value).isInteger
      return .arithmetic(node.operation, operands[0], operands[1], isInteger: isInteger)
    case .function(let function):
      if case .power(let exponent) = function, !(exponent.magnitude <= 64) { return nil }
      return .function(function, operands[0])
    case .quantize(let quantizer):
      return .quantize(
        quantizer.type,
        quantizer.placement,
        quantizer.scale,
        quantizer.zeroPoint,
        operands[0]
      )
    case .dequantize(let dequantizer):
      return .dequantize(
        dequantizer.scale,
        dequantizer.zeroPoint,
        offset: dequantizer.offset,
        operands[0]
      )
    case .requantize(let requantizer): return .requantize(requantizer, operands[0])
    case .integer(.lookup(let lookup)): return .lookup(lookup, operands[0])
    case .integer(.thresholds(let steps)): return .thresholds(steps, operands[0])
    case .input, .layout, .concat, .matmul, .convolution, .sum, .mean, .softmax, .rowExponential,
      .layerNorm, .rmsNorm, .integer:
      return nil
    }
  }

  /// The result at a code of the source; `nil` where it has none or nothing decides it.
  ///
  /// `column` says which entry of each parameter counts.
  func code(at source: Int, _ column: [Int32]) -> Int? {
    for precision in Self.precisions {
      guard case .exact(let code)? = value(at: source, column, precision), code.isInteger else {
        continue
      }
      return Int(code.numerator)
    }
    return nil
  }

  private func value(at source: Int, _ column: [Int32], _ precision: Int) -> EnclosedNumber? {
    var values = [EnclosedNumber.exact(Rational(source))]
    var parameter = column.makeIterator()
    for step in steps {
      func next<T>(_ broadcast: Broadcast<T>) -> T {
        broadcast.values[parameter.next().map(Int.init) ?? 0]
      }
      let result: EnclosedNumber?
      switch step {
      case .constant(let numbers): result = .exact(next(numbers))
      case .arithmetic(let operation, let a, let b, let isInteger):
        result = EnclosedNumber.combine(operation, values[a], values[b], precision)
        if isInteger, result?.isWithinAccumulator != true { return nil }
      case .function(let function, let a): result = values[a].applying(function, precision)
      case .quantize(let type, let placement, let scale, let zeroPoint, let a):
        let quantizer = ScalarQuantizer(
          scale: next(scale),
          zeroPoint: next(zeroPoint),
          placement: placement,
          codes: type.range
        )
        result = values[a].quantized(by: quantizer)
      case .dequantize(let scale, let zeroPoint, let offset, let a):
        let (scale, zeroPoint, offset) = (next(scale), next(zeroPoint), next(offset))
        result = values[a].exact.map { .exact(scale * ($0 - Rational(zeroPoint)) + offset) }
      case .requantize(let requantizer, let a):
        let (multiplier, offset) = (next(requantizer.multiplier), next(requantizer.offset))
        let quantizer = ScalarQuantizer(
          scale: 1,
          zeroPoint: next(requantizer.zeroPoint),
          codes: requantizer.type.range
        )
        result = values[a].exact.map { .exact(Rational(quantizer(multiplier * $0 + offset))) }
      case .lookup(let lookup, let a):
        result = values[a].exact.map { .exact(Rational(lookup(Int($0.numerator)))) }
      case .thresholds(let steps, let a):
        let table = next(steps.tables)
        result = values[a].exact.map { .exact(Rational(table(Int($0.numerator)))) }
      }
      guard let result else { return nil }
      values.append(result)
    }
    return values.last
  }
}

extension CodeFunctionParts.Step {
  /// For each parameter, in the order in which it is asked for, which entry each element has; equal
  /// entries count as one.
  fileprivate var parameters: [Broadcast<Int32>] {
    func entries<T: Hashable>(_ broadcast: Broadcast<T>) -> Broadcast<Int32> {
      var first: [T: Int32] = [:]
      let entries = broadcast.values.enumerated().map { index, value in
        let index = Int32(clamping: index)
        if let known = first[value] { return known }
        first[value] = index
        return index
      }
      return Broadcast<Int32>(entries, shape: broadcast.shape)
    }
    switch self {
    case .constant(let numbers): return [entries(numbers)]
    case .arithmetic, .function, .lookup: return []
    case .quantize(_, _, let scale, let zeroPoint, _): return [entries(scale), entries(zeroPoint)]
    case .dequantize(let scale, let zeroPoint, let offset, _):
      return [entries(scale), entries(zeroPoint), entries(offset)]
    case .requantize(let requantizer, _):
      return [
        entries(requantizer.multiplier), entries(requantizer.offset),
        entries(requantizer.zeroPoint),
      ]
    case .thresholds(let steps, _): return [entries(steps.tables)]
    }
  }
}
