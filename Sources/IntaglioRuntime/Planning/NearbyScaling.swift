import IntaglioNumerics

/// Two multiply-and-shifts for every column between which round(M·ŷ + B) + z certainly lies.
///
/// y is ŷ in fixed point, off by a known margin; the multiplier is rounded. Both errors go into the
/// addends, one below and one above, so where the two codes agree the code is decided, whatever the
/// width of the codes. (`DyadicMultiplier` would have to agree with every threshold.)
struct NearbyScaling {
  struct Rule {
    let multiplier: Int
    /// The addends that cannot be too large, and too small.
    let lower: Int
    let upper: Int
    let shift: Int
  }

  let rules: [Rule]

  /// The most places behind the point: a code of 9 bits stays below 2⁶¹.
  private static let mostPlaces = 52
  /// |y| is at most this.
  private static let largest = 1 << 30

  /// `nil` where a number has no room.
  ///
  /// - Parameters:
  ///   - parameters: M in units of y, B and z.
  ///   - bias: what is added to a code before it is stored.
  ///   - margin: how far y can be off.
  init?(_ parameters: [StageParameter], bias: Int, margin: Int) {
    var rules: [Rule] = []
    rules.reserveCapacity(parameters.count)
    for parameter in parameters {
      let addend = parameter.offset + Rational(2 * (parameter.zeroPoint + bias) + 1, over: 2)
      var places = Self.mostPlaces
      while places > 0,
        parameter.scale.magnitude * Rational(1 << places) >= Rational(1 << 31 - 1)
      {
        places -= 1
      }
      let unit = Rational(1 << places)
      let (slope, start) = (parameter.scale * unit, addend * unit)
      guard slope.magnitude < Rational(1 << 31 - 1), start.magnitude < Rational(1 << 61) else {
        return nil
      }
      let multiplier = Int(slope.roundedHalfEven)
      // Half a unit of the multiplier for each y, the margin, and the rounding of the addend.
      let error = Self.largest / 2 + (margin + 1) * abs(multiplier) + 2
      let middle = Int(start.roundedHalfEven)
      rules.append(
        Rule(multiplier: multiplier, lower: middle - error, upper: middle + error, shift: places)
      )
    }
    self.rules = rules
  }
}
