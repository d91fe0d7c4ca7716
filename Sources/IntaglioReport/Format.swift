/// Numbers as people read them.
public enum Format {
  /// `0.84164` → `84.16 %`.
  public static func percent(_ value: Double, digits: Int = 2) -> String {
    fixed(value * 100, digits: digits) + " %"
  }

  /// `value` with exactly `digits` decimals, ties to even; no exponent.
  public static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
    var power = 1.0
    for _ in 0..<digits { power *= 10 }
    let scaled = (value.magnitude * power).rounded(.toNearestOrEven)
    let whole = Int(scaled / power), part = Int(scaled - Double(whole) * power)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let tail = String(part)
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - tail.count) + tail
  }

  /// `0.00123456` → `1.23e-3`, `12.3456` → `12.3`: three digits.
  public static func significant(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    var (mantissa, exponent) = (value.magnitude, 0)
    while mantissa >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 0.9995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    if (-2...5).contains(exponent) { return fixed(value, digits: max(0, 2 - exponent)) }
    return (value < 0 ? "-" : "") + fixed(mantissa, digits: 2) + "e\(exponent)"
  }

  /// `1234567` → `1.23 M`; units of a thousand.
  public static func count(_ value: Int) -> String {
    let units = [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")]
    for (unit, name) in units where value.magnitude >= UInt(unit) {
      return "\(fixed(Double(value) / Double(unit), digits: 2)) \(name)"
    }
    return "\(value)"
  }

  /// `328704` → `321.0 KiB`.
  public static func bytes(_ value: Int) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
    for (unit, name) in units where value >= unit {
      return "\(fixed(Double(value) / Double(unit), digits: 1)) \(name)"
    }
    return "\(value) bytes"
  }
}
