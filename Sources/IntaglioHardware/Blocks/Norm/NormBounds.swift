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
    let row = RowBounds(parameters, norm: norm, value)
    element = Self.within(row.largest)
    sum = Self.within(row.sum)
    squares = .init(holding: 0...row.squares)
    deviation = Self.within(max(row.deviations.max() ?? 0, BigInt(parameters.count)))
    energy = .init(holding: 0...row.energy)

    let codes = BigInt(1) << parameters.code.bits
    let near = zip(channels, row.deviations).map { $0[.factor] * $1 * $1 }.max() ?? 0
    let far = channels.map { row.energy * max($0.square(0), $0.square(codes - 1)) }.max() ?? 0
    rest = Self.within(max(near, far))
    let slopes = (0..<parameters.code.bits).flatMap { digit in
      channels.flatMap { channel in
        [0, codes - BigInt(1) << digit].map { code in
          BigInt((channel.slope(code) * row.energy).magnitude) << digit
        }
      }
    }
    slope = Self.within(slopes.max() ?? 0)
    let curves = (channels.map { $0[.curve] }.max() ?? 0) * row.energy
    curve = .init(holding: 0...curves << (2 * (parameters.code.bits - 1)))
    operands = Self.operands(of: row, channels, near: near, parameters)
  }

  /// What the multiplier multiplies; `near` is the greatest A²·q·d².
  private static func operands(
    of row: RowBounds,
    _ channels: [NormParameters.Channel],
    near: BigInt,
    _ parameters: NormParameters
  ) -> [NormProduct: Operands] {
    func constant(_ name: NormParameters.Constant) -> BigInt {
      (channels.map { $0[name] }.max() ?? 0) >> parameters.word.zeros(name)
    }
    func square(_ bound: BigInt) -> Operands {
      Operands(wide: bound, factor: bound, product: bound * bound)
    }
    let deviation = row.deviations.max() ?? 0
    var operands = [
      NormProduct.element: square(row.largest),
      .deviation: square(deviation),
      .left: Operands(
        wide: row.deviations.map { $0 * $0 }.max() ?? 0,
        factor: constant(.factor),
        product: near >> parameters.word.zeros(.factor)
      ),
    ]
    if parameters.isCentered { operands[.sum] = square(row.sum) }
    for (product, name) in [
      (NormProduct.base, NormParameters.Constant.base), (.slope, .slope), (.curve, .curve),
    ] {
      operands[product] = Operands(
        wide: row.energy,
        factor: constant(name),
        product: row.energy * constant(name)
      )
    }
    return operands
  }

  private static func within(_ bound: BigInt) -> Verilog.SignalType {
    .signed(Verilog.SignalType(holding: -bound - 1...bound).bits)
  }

  private func type(_ number: BigInt?) -> Verilog.SignalType { .init(holding: 0...(number ?? 0)) }
  func product(_ product: NormProduct) -> Verilog.SignalType { type(operands[product]?.product) }
  func factor(_ product: NormProduct) -> Verilog.SignalType { type(operands[product]?.factor) }

  /// The multiplier's operands: one taken whole, one in digits.
  var wide: Verilog.SignalType { type(operands.values.map(\.wide).max()) }
  var factor: Verilog.SignalType { type(operands.values.map(\.factor).max()) }
}

/// What the numbers of a row can be, all channels of a norm together.
private struct RowBounds {
  /// The greatest magnitude of an element, of a sum and of the sum of squares.
  let largest: BigInt
  let sum: BigInt
  let squares: BigInt
  /// The greatest deviation of every channel.
  let deviations: [BigInt]
  /// The greatest W.
  let energy: BigInt

  init(_ parameters: NormParameters, norm: Int, _ value: IntegerType) {
    let count = BigInt(parameters.count)
    let elements = parameters.channels(of: norm).map { channel in
      (
        low: BigInt(value.range.lowerBound) << channel.left,
        high: BigInt(value.range.upperBound) << channel.left
      )
    }
    let (low, high) = elements.reduce((0, 0)) { ($0.0 + $1.low, $0.1 + $1.high) }
    sum = max(-low, high)
    // A centered d weighs its own x by N − 1 and the others by −1.
    deviations = elements.map { x -> BigInt in
      guard parameters.isCentered else { return count * max(-x.low, x.high) }
      return max(high - x.high - (count - 1) * x.low, (count - 1) * x.high - (low - x.low))
    }
    let magnitudes = elements.map { max(-$0.low, $0.high) }
    largest = magnitudes.max() ?? 0
    squares = magnitudes.reduce(0) { $0 + $1 * $1 }
    let width = (elements.map(\.high).max() ?? 0) - (elements.map(\.low).min() ?? 0)
    // Half of the elements at each end of what any can be.
    let halves = (count / 2) * (count - count / 2) * width * width
    let variance = parameters.isCentered ? min(count * squares, halves) : count * squares
    energy = variance * parameters.weight + parameters.offsets[norm]
  }
}
