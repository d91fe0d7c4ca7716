/// Eight floats side by side: functions that no instruction has.
///
/// Polynomials are Taylor or minimax fits of our own; the tests state each error in units of the
/// last place, measured against float64.
typealias Float8 = SIMD8<Float>

extension Float8 {
  @inline(__always)
  func clamped(_ lower: Float, _ upper: Float) -> Float8 {
    let raised = replacing(with: lower, where: self .< lower)
    return raised.replacing(with: upper, where: raised .> upper)
  }

  @inline(__always)
  var magnitude: Float8 {
    Float8(bits: bits & 0x7FFF_FFFF)
  }

  @inline(__always)
  var bits: SIMD8<UInt32> { unsafeBitCast(self, to: SIMD8<UInt32>.self) }

  @inline(__always)
  init(bits: SIMD8<UInt32>) { self = unsafeBitCast(bits, to: Float8.self) }

  /// eˣ within 2 units of the last place; 0 and infinity beyond the range of floats.
  ///
  /// x = n·ln 2 + r with |r| ≤ ½·ln 2; eʳ by its Taylor series to r⁷, whose remainder is below
  /// 6·10⁻⁹; 2ⁿ through the exponent bits, in two factors so that subnormals come out right.
  @inline(__always)
  var exponential: Float8 {
    let x = clamped(-104, 89)
    let shifted = x * 1.442695 + 0x1.8p23
    let n = shifted - 0x1.8p23
    let r = (x - n * 0.693359375) + n * 2.1219444e-4
    var sum = r * (1 / 5040) + (1 / 720)
    sum = sum * r + (1 / 120)
    sum = sum * r + (1 / 24)
    sum = sum * r + (1 / 6)
    sum = sum * r + 0.5
    sum = sum * r + 1
    sum = sum * r + 1
    let exponent = SIMD8<Int32>(truncatingIfNeeded: shifted.bits &- 0x4B40_0000)
    let half = exponent &>> 1
    return sum * Self.powerOfTwo(half) * Self.powerOfTwo(exponent &- half)
  }

  @inline(__always)
  private static func powerOfTwo(_ exponent: SIMD8<Int32>) -> Float8 {
    Float8(bits: SIMD8<UInt32>(truncatingIfNeeded: (exponent &+ 127) &<< 23))
  }

  /// The error function within 2 units of the last place.
  ///
  /// |x| < 1: x + x·P(x²). Above: 1 − e^(−x²)·Q(|x| − 1), Q fitted to e^(x²)·erfc(x) on [1, 4];
  /// from 4 on, erf is 1 in floats.
  @inline(__always)
  var errorFunction: Float8 {
    let square = self * self
    var near = square * 7.853876e-05 - 0.00080101984
    near = near * square + 0.005188328
    near = near * square - 0.026853813
    near = near * square + 0.112835854
    near = near * square - 0.37612626
    near = near * square + 0.12837917
    let small = self + self * near
    let size = magnitude.clamped(0, 4)
    let u = size - 1
    var far = u * -0.00038888422 + 0.003282937
    far = far * u - 0.013133976
    far = far * u + 0.035608735
    far = far * u - 0.07863513
    far = far * u + 0.15428647
    far = far * u - 0.27320758
    far = far * u + 0.42758355
    let large = 1 - (-(size * size)).exponential * far
    let signed = Float8(bits: large.bits | (bits & 0x8000_0000))
    return signed.replacing(with: small, where: magnitude .< 1)
  }

  /// 1 / (1 + e⁻ˣ).
  @inline(__always)
  var sigmoid: Float8 { 1 / (1 + (-self).exponential) }

  /// x/2·(1 + erf(x/√2)).
  @inline(__always)
  var gelu: Float8 { self * 0.5 * (1 + (self * 0.70710677).errorFunction) }

  /// x/2·(1 + tanh(u)) = x·sigmoid(2u) with u = √(2/π)·(x + 0.044715·x³).
  @inline(__always)
  var geluTanh: Float8 {
    self * (1.5957691 * (self + 0.044715 * self * self * self)).sigmoid
  }
}
