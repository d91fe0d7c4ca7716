import IntaglioNumerics

/// Shifts that round: equation (16).
enum Rounding {
  /// `value` ⊘ `places`, half to even, in the type of `value`.
  ///
  /// - Precondition: `value` + 2^(places − 1) fits its type.
  static func shifted(
    _ value: Verilog.Signal,
    by places: Int,
    _ name: String,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    guard places > 0 else { return value }
    let type = value.type
    let half = Verilog.Expression.literal((1 << (places - 1)) - 1, type)
    let odd = value.reference.slice(Verilog.Affine(places), bits: 1).extended(to: type)
    let amount = Verilog.Expression.literal(places, .address(of: places + 1))
    return pipeline.wire(
      name,
      type,
      "\(value.name) / 2^\(places) rounded half to even.",
      .shift(.right, value.value + half + odd, by: amount)
    )
  }
}

/// Saturation.
enum Clamp {
  /// `value`, or the nearest end of `type`.
  ///
  /// - Precondition: `value` is signed and at least as wide as `type`.
  static func value(_ value: Verilog.Signal, to type: IntegerType) -> Verilog.Expression {
    let target = Verilog.SignalType(type)
    let low = value.reference.slice(0, bits: target.bits).value
    let kept = target.isSigned ? low.asSigned : low
    func end(_ bound: Int) -> (wide: Verilog.Expression, narrow: Verilog.Expression) {
      (.literal(bound, value.type), .literal(bound, target))
    }
    let (least, greatest) = (end(type.range.lowerBound), end(type.range.upperBound))
    return least.narrow.when(
      value.value.isLess(than: least.wide),
      otherwise: greatest.narrow.when(greatest.wide.isLess(than: value.value), otherwise: kept)
    )
  }
}
