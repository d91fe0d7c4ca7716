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
  /// `value`, or the nearest end of `type`: it fits when all bits that `type` has no room for are its sign.
  ///
  /// - Precondition: `value` is signed and wider than `type`, or as wide where that is signed.
  static func value(_ value: Verilog.Signal, to type: IntegerType) -> Verilog.Expression {
    let target = Verilog.SignalType(type)
    let low = value.reference.slice(0, bits: target.bits).value
    let kept = target.isSigned ? low.asSigned : low
    let from = target.isSigned ? target.bits - 1 : target.bits
    let high = value.reference.slice(Verilog.Affine(from), bits: value.type.bits - from).value
    let sign = value.reference.slice(Verilog.Affine(value.type.bits - 1), bits: 1).value
    let least = Verilog.Expression.literal(type.range.lowerBound, target)
    let greatest = Verilog.Expression.literal(type.range.upperBound, target)
    let isLow = target.isSigned ? ~Verilog.Expression.unary(.all, high) : .bit(true)
    return least.when(isLow, otherwise: kept).when(
      sign,
      otherwise: greatest.when(.unary(.any, high), otherwise: kept)
    )
  }
}
