import IntaglioGraph

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Elementwise arithmetic on tensors that are known while a file is read.
///
/// Reals are computed in the precision of their type and integers wrap, as runtimes do.
struct ConstantArithmetic {
  enum Operator {
    case add, subtract, multiply, divide, minimum, maximum
    /// With the sign of the divisor, and with that of the dividend.
    case modulo, remainder
    /// Of the bits of integers.
    case and, or, exclusiveOr
  }

  enum Comparison {
    case equal, less, lessOrEqual, greater, greaterOrEqual
  }

  /// The node on whose behalf this computes, for messages and limits.
  private let call: ONNXCall
  private var node: ONNXNode { call.node }

  init(_ call: ONNXCall) { self.call = call }

  func apply(
    _ operation: Operator,
    _ a: ONNXConstant,
    _ b: ONNXConstant
  ) throws(ONNXFault) -> ONNXConstant {
    let (a, b) = try stretched(a, b)
    switch (a.elements, b.elements) {
    case (.floats(let x), .floats(let y)):
      let values = zip(x, y).map { a.type.rounded(Self.real(operation, $0, $1)) }
      return ONNXConstant(a.type, a.shape, .floats(values))
    case (.doubles(let x), .doubles(let y)):
      let values = zip(x, y).map { Self.real(operation, $0, $1) }
      return ONNXConstant(a.type, a.shape, .doubles(values))
    case (.integers(let x), .integers(let y)) where a.type != .bool:
      guard ![.divide, .modulo, .remainder].contains(operation) || !y.contains(0) else {
        throw node.malformed(expected: "a divisor other than zero", found: "0")
      }
      let values = zip(x, y).map { a.type.wrapped(Self.integer(operation, $0, $1)) }
      return ONNXConstant(a.type, a.shape, .integers(values))
    case (.floats, _), (.doubles, _), (.integers, _):
      throw mismatch(a, b)
    }
  }

  func compare(
    _ comparison: Comparison,
    _ a: ONNXConstant,
    _ b: ONNXConstant
  ) throws(ONNXFault) -> ONNXConstant {
    let (a, b) = try stretched(a, b)
    let truth: [Bool]
    switch (a.elements, b.elements) {
    case (.floats(let x), .floats(let y)):
      truth = zip(x, y).map { Self.holds(comparison, $0, $1) }
    case (.doubles(let x), .doubles(let y)):
      truth = zip(x, y).map { Self.holds(comparison, $0, $1) }
    case (.integers(let x), .integers(let y)):
      truth = zip(x, y).map { Self.holds(comparison, $0, $1) }
    case (.floats, _), (.doubles, _), (.integers, _):
      throw mismatch(a, b)
    }
    return ONNXConstant(.bool, a.shape, .integers(truth.map { $0 ? 1 : 0 }))
  }

  /// The exponent may be of another type than the base; the result has the base's.
  func power(_ a: ONNXConstant, _ b: ONNXConstant) throws(ONNXFault) -> ONNXConstant {
    let (a, b) = try stretched(a, b, mixed: true)
    let values = zip(a.doubles, b.doubles).map { pow($0, $1) }
    return try ConstantCast(node).constant(values, a.type, a.shape)
  }

  /// `choice` where the condition holds, `other` elsewhere.
  func select(
    _ condition: ONNXConstant,
    _ choice: ONNXConstant,
    _ other: ONNXConstant
  ) throws(ONNXFault) -> ONNXConstant {
    let (first, second) = try stretched(choice, other)
    let (asked, x) = try stretched(condition, first, mixed: true)
    let y = try stretched(condition, second, mixed: true).1
    guard let truth = asked.integers else {
      throw node.malformed(expected: "a condition", found: condition.type.name)
    }
    func pick<T>(_ x: [T], _ y: [T]) -> [T] {
      truth.indices.map { truth[$0] != 0 ? x[$0] : y[$0] }
    }
    let elements: ONNXConstant.Elements
    switch (x.elements, y.elements) {
    case (.floats(let x), .floats(let y)): elements = .floats(pick(x, y))
    case (.doubles(let x), .doubles(let y)): elements = .doubles(pick(x, y))
    case (.integers(let x), .integers(let y)): elements = .integers(pick(x, y))
    case (.floats, _), (.doubles, _), (.integers, _): throw mismatch(x, y)
    }
    return ONNXConstant(x.type, x.shape, elements)
  }
}

extension ConstantArithmetic {
  /// Both operands in their common dimensions.
  ///
  /// - Throws: `malformed` when dimensions do not fit, or types differ where they may not.
  func stretched(
    _ a: ONNXConstant,
    _ b: ONNXConstant,
    mixed: Bool = false
  ) throws(ONNXFault) -> (ONNXConstant, ONNXConstant) {
    guard mixed || a.type == b.type else { throw mismatch(a, b) }
    guard let shape = Shape.broadcast(a.shape, b.shape), call.isFoldable(shape) else {
      throw node.malformed(
        expected: "shapes that fit, and few elements",
        found: "\(a.shape) and \(b.shape)"
      )
    }
    return (stretched(a, shape), stretched(b, shape))
  }

  private func stretched(_ constant: ONNXConstant, _ shape: [Int]) -> ONNXConstant {
    if constant.shape == shape { return constant }
    let sources = Shape.broadcastSources(from: constant.shape, to: shape)
    return constant.gathered(sources.lazy.map { Int($0) }, shape: shape)
  }

  private func mismatch(_ a: ONNXConstant, _ b: ONNXConstant) -> ONNXFault {
    node.malformed(
      expected: "operands of one numeric type",
      found: "\(a.type.name) and \(b.type.name)"
    )
  }

  private static func real<T: BinaryFloatingPoint>(_ operation: Operator, _ x: T, _ y: T) -> T {
    switch operation {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .modulo, .remainder: x.truncatingRemainder(dividingBy: y)
    case .and, .or, .exclusiveOr: .nan
    case .minimum: x.isNaN || x < y ? x : y
    case .maximum: x.isNaN || x > y ? x : y
    }
  }

  /// Division rounds towards zero; the remainder has the sign of the divisor.
  private static func integer(_ operation: Operator, _ x: Int, _ y: Int) -> Int {
    switch operation {
    case .add: return x &+ y
    case .subtract: return x &- y
    case .multiply: return x &* y
    case .divide: return x.dividedReportingOverflow(by: y).partialValue
    case .modulo:
      let remainder = x.remainderReportingOverflow(dividingBy: y).partialValue
      return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder
    case .remainder: return x.remainderReportingOverflow(dividingBy: y).partialValue
    case .and: return x & y
    case .or: return x | y
    case .exclusiveOr: return x ^ y
    case .minimum: return min(x, y)
    case .maximum: return max(x, y)
    }
  }

  private static func holds<T: Comparable>(_ comparison: Comparison, _ x: T, _ y: T) -> Bool {
    switch comparison {
    case .equal: x == y
    case .less: x < y
    case .lessOrEqual: x <= y
    case .greater: x > y
    case .greaterOrEqual: x >= y
    }
  }
}
