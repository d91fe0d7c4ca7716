import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

/// A small program with every operation between integers, whose numbers come from a seed.
struct ExportedProgram {
  private(set) var graph = Graph()
  private var random: SplitMix64
  let input: Value

  /// Tokens and channels.
  static let shape = [1, 5, 8]

  init(seed: UInt64, norm: IntegerNorm.Method = .exact) throws {
    random = SplitMix64(seed: seed)
    let x = try graph.append(.input(name: "image", ValueType(.real, Self.shape)))
    input = try graph.append(
      .quantize(Quantizer(.i8, scale: Scale(Rational(1, over: 8)))),
      x,
      name: "codes"
    )
    let first = try product(input, 8, bits: 3, name: "first")
    let left = try requantize(first, .i(3), "left")
    let right = try requantize(first, .u8, "right")
    let turned = try graph.append(.layout(.transpose([0, 2, 1])), right)
    let scores = try graph.append(.matmul, left, turned, name: "scores")
    let probabilities = try graph.append(.integer(.softmax(softmax())), scores, name: "softmax")
    let levels = try graph.append(.integer(.rowThresholds(rows())), scores, name: "levels")
    let values = try requantize(first, .i(5), "values")
    let mixed = try graph.append(.matmul, levels, values, name: "mixed")
    let total = try graph.append(.sum(axis: 2), levels)
    let over = try graph.append(.integer(.quotient(quotient())), mixed, total, name: "quotient")
    let attended = try graph.append(.matmul, probabilities, values, name: "attended")
    let stream = try graph.append(.integer(.scaledSum(stream(2))), attended, first, name: "stream")
    let normed = try graph.append(.integer(.norm(self.norm(norm))), stream, name: "norm")
    let parts = try graph.append(.concat(axis: 1), normed, over, name: "parts")
    let hidden = try product(parts, 6, bits: 5, name: "hidden")
    let steps = try graph.append(.integer(.thresholds(self.steps())), hidden, name: "steps")
    let looked = try graph.append(.integer(.lookup(lookup())), steps, name: "lookup")
    let last = try product(looked, 7, bits: 8, name: "last")
    let moved = try graph.append(.layout(.slice(axis: 1, start: 2, count: 3)), last)
    let flat = try graph.append(.layout(.reshape([1, 21])), moved)
    let bias = try constant((0..<21).map { $0 * 31 - 300 }, .i32, [21])
    let sum = try graph.append(.subtract, flat, bias, name: "sum")
    let scales = (0..<21).map { Rational($0 + 1, over: 640) }
    let dequantizer = Dequantizer(
      scale: Scale(scales, shape: [21]),
      offset: Scale(Rational(1, over: 4))
    )
    graph.addOutput("logits", try graph.append(.dequantize(dequantizer), sum))
  }

  func proof() throws -> IntegerOnlyGraph {
    try IntegerOnlyGraph(verifying: try IntegerGraph(verifying: graph))
  }

  /// Codes of an input from a seed, and the image that has them.
  static func sample(_ seed: UInt64) -> (codes: [Int], image: [Double]) {
    var random = SplitMix64(seed: seed)
    let codes = (0..<shape.reduce(1, *)).map { _ in Int.random(in: -128...127, using: &random) }
    return (codes, codes.map { Double($0) / 8 })
  }

  // MARK: Parts

  private mutating func constant(
    _ values: [Int],
    _ type: IntegerType,
    _ shape: [Int]
  ) throws -> Value {
    guard let tensor = Tensor(values, type, shape: shape) else { throw GraphPartError() }
    return try graph.append(.constant(tensor))
  }

  private mutating func product(_ a: Value, _ columns: Int, bits: Int, name: String) throws -> Value
  {
    let depth = graph.type(of: a).shape.last ?? 1
    let range = IntegerType.i(bits).range
    let codes = (0..<depth * columns).map { _ in Int.random(in: range, using: &random) }
    let weights = try constant(codes, .i(bits), [depth, columns])
    return try graph.append(.matmul, a, weights, name: name)
  }

  /// Numbers per channel, some of them negative, now and then with ties.
  private mutating func scales(_ count: Int, _ size: Double) -> Scale {
    let values = (0..<count).map { index -> Rational in
      let sign = index % 3 == 0 ? -1.0 : 1
      if index % 2 == 0 { return Rational(exactly: sign * size / 2) ?? .one }
      let number = Float(sign * size * Double.random(in: 0.4...1, using: &random))
      return (Rational(exactly: number) ?? .one) / 3
    }
    return Scale(values, shape: [count])
  }

  private mutating func requantizer(
    _ type: IntegerType,
    _ count: Int,
    _ size: Double
  ) -> Requantizer {
    Requantizer(
      type,
      multiplier: scales(count, size),
      offset: scales(count, 3),
      zeroPoint: ZeroPoint(type.isSigned ? 0 : type.range.upperBound / 2)
    )
  }

  private mutating func requantize(
    _ value: Value,
    _ type: IntegerType,
    _ name: String
  ) throws -> Value {
    let size = type.bits > 5 ? 0.25 : Double(type.range.upperBound) / 512
    return try graph.append(.requantize(requantizer(type, 8, size)), value, name: name)
  }

  private func softmax() -> IntegerSoftmax {
    IntegerSoftmax(
      scale: Scale(Rational(1, over: 300)),
      exponential: .base2(fractionBits: 6, tableBits: 16),
      quantizer: Quantizer(.u8, scale: Scale(Rational(1, over: 255)))
    )
  }

  private func rows() -> RowThresholds {
    let thresholds = [3, 40, 41, 200, 400, 900, 1500]
    let table = ThresholdTable(base: 15, changes: thresholds.map { ($0, -1) })
    return RowThresholds(.u(4), tables: Broadcast(table))
  }

  private mutating func quotient() -> Quotient { Quotient(requantizer(.u(4), 8, 0.7)) }

  private mutating func stream(_ count: Int) -> ScaledSum {
    ScaledSum(
      .i(16),
      multipliers: (0..<count).map { _ in
        Broadcast((0..<8).map { _ in Int.random(in: -90_000...90_000, using: &random) }, shape: [8])
      },
      offset: Broadcast((0..<40).map { $0 * 70_001 - 1_300_000 }, shape: [5, 8]),
      shift: Broadcast([12, 0, 10, 11, 12, 9, 10, 13], shape: [8])
    )
  }

  private mutating func norm(_ method: IntegerNorm.Method) -> IntegerNorm {
    IntegerNorm(
      isCentered: true,
      left: Broadcast([0, 1, 3, 0, 2, 0, 1, 0], shape: [8]),
      epsilon: Rational(exactly: 1e-6 * 0x1p20) ?? .one,
      method: method,
      requantizer: requantizer(.u(4), 8, 6)
    )
  }

  private mutating func steps() -> MultiThreshold {
    let tables = (0..<6).map { channel in
      let thresholds = (0..<20).map { $0 * 9 - 80 + channel }
      // Down twice, up the rest of the way.
      return ThresholdTable(
        base: 2,
        changes: thresholds.enumerated().map { ($0.element, $0.offset < 2 ? -1 : 1) }
      )
    }
    return MultiThreshold(.u(5), tables: Broadcast(tables, shape: [6]))
  }

  private func lookup() -> LookupFunction {
    LookupFunction(.i8, index: .u(5), entries: (0..<32).map { $0 * $0 / 5 - 70 })
  }
}

private struct GraphPartError: Error {}
