import BigInt
import IntaglioNumerics

/// An exact number as text.
///
/// `n`, `n/d`, `npe` or `n/dpe` stand for n/d·2^e, with n and d in base 16, odd and without a common
/// divisor, and e in base 10. One value has one text.
enum RationalText {
  /// No scale needs more; a longer exponent would only cost memory.
  static let exponentLimit = 1 << 14

  static func text(of value: Rational) -> String {
    if value.isZero { return "0" }
    let (n, d) = (value.numerator, value.denominator)
    let up = n.trailingZeroBitCount
    let down = d.trailingZeroBitCount
    var text = String(n >> up, radix: 16)
    if d >> down != 1 { text += "/" + String(d >> down, radix: 16) }
    if up != down { text += "p\(up - down)" }
    return text
  }

  /// The number that `text` spells; `nil` when it spells none.
  static func value(of text: some StringProtocol) -> Rational? {
    let parts = text.split(separator: "p", omittingEmptySubsequences: false)
    let ratio = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard
      parts.count <= 2, ratio.count <= 2, parts[0].utf8.count <= 4096,
      let numerator = BigInt(String(ratio[0]), radix: 16),
      let denominator = ratio.count == 2 ? BigInt(String(ratio[1]), radix: 16) : 1, denominator > 0,
      let exponent = parts.count == 2 ? Int(parts[1]) : 0,
      (-exponentLimit...exponentLimit).contains(exponent)
    else { return nil }
    return exponent >= 0
      ? Rational(numerator << exponent, over: denominator)
      : Rational(numerator, over: denominator << -exponent)
  }
}
