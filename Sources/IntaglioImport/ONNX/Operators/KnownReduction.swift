import IntaglioGraph

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A reduction of a tensor that is known while a file is read.
struct KnownReduction {
  private let kind: ReductionOperators.Kind
  private let axes: [Int]

  init(_ kind: ReductionOperators.Kind, _ axes: [Int]) { (self.kind, self.axes) = (kind, axes) }

  /// The result, whose reduced axes have extent 1.
  ///
  /// Integers wrap; reals are computed as doubles.
  func apply(to constant: ONNXConstant, _ call: ONNXCall) throws(ONNXFault) -> ONNXConstant {
    let shape = constant.shape
    let kept = shape.indices.filter { !axes.contains($0) }
    let target = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let (rows, width) = (
      kept.map { shape[$0] }.reduce(1, *), axes.map { shape[$0] }.reduce(1, *)
    )
    let sources = Layout.transpose(kept + axes).sources(from: shape)
    let turned = constant.gathered(sources.lazy.map { Int($0) }, shape: [rows, width])
    func reduced<T, R>(_ values: [T], _ body: (ArraySlice<T>) -> R) -> [R] {
      (0..<rows).map { body(values[$0 * width..<($0 + 1) * width]) }
    }
    if let values = turned.integers, let body = integers {
      if width == 0, let limit = limit(of: constant.type) {
        let results = [Int](repeating: limit, count: rows)
        return ONNXConstant(constant.type, target, .integers(results))
      }
      let results = reduced(values, body).map { constant.type.wrapped($0) }
      return ONNXConstant(constant.type, target, .integers(results))
    }
    let results = reduced(turned.doubles, reals)
    return try ConstantCast(call.node).constant(results, constant.type, target)
  }

  /// The largest and smallest of no integers: the other end of their type.
  private func limit(of type: ONNXElementType) -> Int? {
    guard kind == .largest || kind == .smallest else { return nil }
    let bits = type == .bool ? 1 : min(type.bits, 64)
    if kind == .largest { return type.isSigned ? -1 << (bits - 1) : 0 }
    return type.isSigned || bits == 64 ? Int.max >> (64 - bits) : (1 << bits) - 1
  }

  /// What integers do; `nil` for what they do as reals.
  private var integers: ((ArraySlice<Int>) -> Int)? {
    switch kind {
    case .sum: { $0.reduce(0, &+) }
    case .product: { $0.reduce(1, &*) }
    case .largest: { $0.max() ?? .min }
    case .smallest: { $0.min() ?? .max }
    case .squares: { $0.reduce(0) { $0 &+ $1 &* $1 } }
    case .mean, .l1, .l2, .logSum, .logSumExp: nil
    }
  }

  private func reals(_ row: ArraySlice<Double>) -> Double {
    switch kind {
    case .sum: return row.reduce(0, +)
    case .product: return row.reduce(1, *)
    case .mean: return row.reduce(0, +) / Double(row.count)
    case .largest: return row.reduce(-.infinity) { $1.isNaN || $1 > $0 ? $1 : $0 }
    case .smallest: return row.reduce(.infinity) { $1.isNaN || $1 < $0 ? $1 : $0 }
    case .l1: return row.reduce(0) { $0 + abs($1) }
    case .l2: return row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .squares: return row.reduce(0) { $0 + $1 * $1 }
    case .logSum: return log(row.reduce(0, +))
    case .logSumExp:
      let largest = row.max() ?? -.infinity
      guard largest.isFinite else { return largest }
      return largest + log(row.reduce(0) { $0 + exp($1 - largest) })
    }
  }
}
