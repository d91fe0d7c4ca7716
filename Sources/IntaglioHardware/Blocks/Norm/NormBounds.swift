import BigInt
import IntaglioNumerics

/// What the numbers of a norm can be, and so how wide they are.
struct NormBounds: Hashable, Sendable {
  /// x = q·2^left.
  let element: Verilog.SignalType
  /// S and Σx².
  let sum: Verilog.SignalType
  let squares: Verilog.SignalType
  /// d = N·x − S.
  let deviation: Verilog.SignalType
  /// W = V·q + p.
  let energy: Verilog.SignalType
  /// R_j²·W − A²·q·d² for every code.
  let rest: Verilog.SignalType
  /// 2ᵏ·4·D·R_j·W for every code that ends with k zero digits.
  let slope: Verilog.SignalType
  /// 4ᵏ·4·D²·W with k digits behind the highest one.
  let curve: Verilog.SignalType
  private let operands: [NormProduct: Operands]

  /// The greatest number that is taken whole, the greatest one that is taken in digits, and their
  /// greatest product, which is less than the product of these where no channel has both.
  private struct Operands: Hashable {
    let wide: BigInt
    let factor: BigInt
    let product: BigInt

    func union(_ other: Self) -> Self {
      Self(
        wide: max(wide, other.wide),
        factor: max(factor, other.factor),
        product: max(product, other.product)
      )
    }
  }
}

extension NormBounds {
  /// What all norms of a unit need.
  init(_ parameters: NormParameters, _ value: IntegerType) {
    let bounds = parameters.offsets.indices.map { Self(parameters, norm: $0, value) }
    self = bounds.dropFirst().reduce(bounds[0]) { $0.union($1) }
  }

  /// The wider of both, number by number.
  private func union(_ other: Self) -> Self {
    func wider(_ type: KeyPath<Self, Verilog.SignalType>) -> Verilog.SignalType {
      self[keyPath: type].bits < other[keyPath: type].bits
        ? other[keyPath: type] : self[keyPath: type]
    }
    return Self(
      element: wider(\.element),
      sum: wider(\.sum),
      squares: wider(\.squares),
      deviation: wider(\.deviation),
      energy: wider(\.energy),
      rest: wider(\.rest),
      slope: wider(\.slope),
      curve: wider(\.curve),
      operands: operands.merging(other.operands) { $0.union($1) }
    )
  }

  private init(_ parameters: NormParameters, norm: Int, _ value: IntegerType) {
    let channels = Array(parameters.channels(of: norm))
    let count = BigInt(parameters.count)
    let elements = channels.map { channel in
      (
        low: BigInt(value.range.lowerBound) << channel.left,
        high: BigInt(value.range.upperBound) << channel.left
      )
    }
    let (low, high) = elements.reduce((0, 0)) { ($0.0 + $1.low, $0.1 + $1.high) }
    // A centered d weighs its own x by N − 1 and the others by −1.
    let deviations = elements.map { x -> BigInt in
      guard parameters.isCentered else { return count * max(-x.low, x.high) }
      return max(high - x.high - (count - 1) * x.low, (count - 1) * x.high - (low - x.low))
    }
    let largest = elements.map { max(-$0.low, $0.high) }
    let squareSum = largest.reduce(0) { $0 + $1 * $1 }
    let width = (elements.map(\.high).max() ?? 0) - (elements.map(\.low).min() ?? 0)
    // Half of the elements at each end of what any can be.
    let halves = (count / 2) * (count - count / 2) * width * width
    let variance = parameters.isCentered ? min(count * squareSum, halves) : count * squareSum
    let weight = variance * parameters.weight + parameters.offsets[norm]
    let codes = BigInt(1) << parameters.code.bits

    func greatest(_ numbers: [BigInt]) -> BigInt { numbers.max() ?? 0 }
    func within(_ bound: BigInt) -> Verilog.SignalType {
      .signed(Verilog.SignalType(holding: -bound - 1...bound).bits)
    }
    func upTo(_ bound: BigInt) -> Verilog.SignalType { .init(holding: 0...bound) }
    element = within(greatest(largest))
    sum = within(max(-low, high))
    squares = upTo(squareSum)
    deviation = within(max(greatest(deviations), count))
    energy = upTo(weight)

    let near = zip(channels, deviations).map { $0[.factor] * $1 * $1 }
    let far = channels.map { weight * max($0.square(0), $0.square(codes - 1)) }
    rest = within(max(greatest(near), greatest(far)))
    slope = within(
      greatest(
        (0..<parameters.code.bits).flatMap { digit in
          channels.flatMap { channel in
            [0, codes - BigInt(1) << digit].map { code in
              BigInt((channel.slope(code) * weight).magnitude) << digit
            }
          }
        }
      )
    )
    let curves = greatest(channels.map { $0[.curve] }) * weight
    curve = upTo(curves << (2 * (parameters.code.bits - 1)))

    func constant(_ name: NormParameters.Constant) -> BigInt {
      greatest(channels.map { $0[name] }) >> parameters.word.zeros(name)
    }
    func square(_ bound: BigInt) -> Operands {
      Operands(wide: bound, factor: bound, product: bound * bound)
    }
    var operands = [
      NormProduct.element: square(greatest(largest)),
      .deviation: square(greatest(deviations)),
      .left: Operands(
        wide: greatest(deviations.map { $0 * $0 }),
        factor: constant(.factor),
        product: greatest(near) >> parameters.word.zeros(.factor)
      ),
    ]
    if parameters.isCentered { operands[.sum] = square(max(-low, high)) }
    for (product, name) in [
      (NormProduct.base, NormParameters.Constant.base), (.slope, .slope), (.curve, .curve),
    ] {
      operands[product] = Operands(
        wide: weight,
        factor: constant(name),
        product: weight * constant(name)
      )
    }
    self.operands = operands
  }

  private func type(_ number: BigInt?) -> Verilog.SignalType { .init(holding: 0...(number ?? 0)) }
  func product(_ product: NormProduct) -> Verilog.SignalType { type(operands[product]?.product) }
  func factor(_ product: NormProduct) -> Verilog.SignalType { type(operands[product]?.factor) }

  /// The multiplier's operands: one taken whole, one in digits.
  var wide: Verilog.SignalType { type(operands.values.map(\.wide).max()) }
  var factor: Verilog.SignalType { type(operands.values.map(\.factor).max()) }
}
