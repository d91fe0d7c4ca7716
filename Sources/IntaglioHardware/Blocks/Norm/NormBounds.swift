import BigInt
import IntaglioNumerics

/// What the numbers of a norm can be, and so how wide they are.
struct NormBounds: Hashable, Sendable {
  /// q·2^left.
  let element: Verilog.SignalType
  /// S and Σx².
  let sum: Verilog.SignalType
  let squares: Verilog.SignalType
  /// d = N·x − S.
  let deviation: Verilog.SignalType
  /// V·q + p.
  let energy: Verilog.SignalType
  /// |A·d| and its square times q.
  let left: Verilog.SignalType
  let leftSquare: Verilog.SignalType
  /// R, |R|, and its square times the energy.
  let right: Verilog.SignalType
  let rightSize: Verilog.SignalType
  /// What the multiplier's factors and products are: the wide one, the one that is taken in digits.
  let wide: Verilog.SignalType
  let factor: Verilog.SignalType
  let product: Verilog.SignalType

  init(_ parameters: NormParameters, _ value: IntegerType) {
    let largest =
      BigInt(
        max(value.range.lowerBound.magnitude, value.range.upperBound.magnitude)
      ) << (parameters.channels.map(\.left).max() ?? 0)
    let count = BigInt(parameters.count)
    func within(_ bound: BigInt) -> Verilog.SignalType { .init(holding: -bound...bound) }
    func upTo(_ bound: BigInt) -> Verilog.SignalType { .init(holding: 0...bound) }
    let (p, q) = parameters.epsilon
    let energies = count * count * largest * largest * q + p
    let deviations = 2 * count * largest
    let lefts = (parameters.channels.map { BigInt($0.factor.magnitude) }.max() ?? 0) * deviations
    let codes = BigInt(1) << parameters.code.bits - 1
    let rights =
      parameters.channels.map { channel in
        max(BigInt(channel.base.magnitude), BigInt((channel.base + codes * channel.step).magnitude))
      }.max() ?? 0
    element = within(largest)
    sum = within(count * largest)
    squares = upTo(count * largest * largest)
    deviation = within(deviations)
    energy = upTo(energies)
    left = upTo(lefts)
    leftSquare = upTo(lefts * lefts * q)
    right = within(rights)
    rightSize = upTo(rights)
    let rightSquare = upTo(rights * rights)
    let factors = parameters.channels.map { BigInt($0.factor.magnitude) }.max() ?? 0
    func widest(_ types: [Verilog.SignalType]) -> Verilog.SignalType {
      .unsigned(types.map(\.bits).max() ?? 1)
    }
    wide = widest([upTo(factors), left, rightSize, rightSquare, upTo(count * largest)])
    factor = widest([upTo(deviations), left, rightSize, energy, upTo(count * largest)])
    product = widest([
      leftSquare, upTo(rights * rights * energies), upTo(count * largest * count * largest),
    ])
  }
}
