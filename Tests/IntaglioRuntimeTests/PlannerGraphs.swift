import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport

extension Graph {
  @discardableResult
  mutating func input(_ type: ValueType, name: String = "x") throws -> Value {
    try append(.input(name: name, type), name: name)
  }

  /// A constant whose elements run through the range of `type` in steps of 7.
  mutating func integers(_ type: IntegerType, _ shape: [Int]) throws -> Value {
    let range = type.bits > 16 ? -1000...1000 : type.range
    let elements = (0..<shape.reduce(1, *)).map { range.lowerBound + 7 * $0 % range.count }
    return try append(.constant(Tensor(elements, type, shape: shape) ?? Tensor(scalar: 0)))
  }

  /// `[…, k] · [k, n]` with 4-bit weights.
  mutating func product(_ rows: Value, _ k: Int, _ n: Int) throws -> Value {
    try append(.matmul, rows, try integers(.i(4), [k, n]))
  }
}

extension Quantizer {
  /// Signed bytes in steps of 1/8.
  static let eighth = Quantizer(.i8, scale: Scale(Rational(1, over: 8)))
}

extension Dequantizer {
  static let eighth = Dequantizer(scale: Scale(Rational(1, over: 8)))
}

extension Requantizer {
  static let half = Requantizer(.i8, multiplier: Scale(Rational(1, over: 2)))
}
