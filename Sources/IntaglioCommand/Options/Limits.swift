import ArgumentParser

/// What numbers may be, and how it is said that one is not.
enum Limits {
  /// - Throws: `ValidationError` where `value` is there and too small.
  static func check(_ option: String, _ value: Int?, atLeast least: Int) throws {
    guard let value, value < least else { return }
    throw ValidationError("\(option): expected at least \(least), found \(value)")
  }

  /// - Throws: `ValidationError` where `value` is there and out of `range`.
  static func check(_ option: String, _ value: Int?, in range: ClosedRange<Int>) throws {
    guard let value, !range.contains(value) else { return }
    let (low, high) = (grouped(range.lowerBound), grouped(range.upperBound))
    throw ValidationError("\(option): expected \(low) to \(high), found \(value)")
  }

  /// - Throws: `ValidationError` where `value` is none of `range`, whose ends are whole numbers or written
  ///   in `low`; `unit` follows them.
  static func check(
    _ option: String,
    _ value: Double,
    in range: ClosedRange<Double>,
    unit: String = ""
  ) throws {
    guard !range.contains(value) else { return }
    let (low, high) = (text(range.lowerBound), text(range.upperBound))
    throw ValidationError("\(option): expected \(low) to \(high)\(unit), found \(value)")
  }

  private static func text(_ number: Double) -> String {
    Int(exactly: number).map(grouped) ?? "\(number)"
  }

  /// 1000000 → 1,000,000.
  private static func grouped(_ number: Int) -> String {
    guard number >= 1000 else { return "\(number)" }
    let rest = "\(number % 1000)"
    return grouped(number / 1000) + "," + String(repeating: "0", count: 3 - rest.count) + rest
  }
}
