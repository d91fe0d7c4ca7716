import IntaglioGraph
import IntaglioNumerics

/// The numbers of one quantizer, dequantizer or requantizer at one place.
struct StageParameter: Hashable {
  /// Scale or multiplier.
  let scale: Rational
  let offset: Rational
  let zeroPoint: Int
}

extension ChainDraft.Operation {
  /// The constants of the operation, combined so that they vary together; `nil` when it has none.
  var parameters: Broadcast<StageParameter>? {
    switch self {
    case .quantize(let quantizer):
      Self.combined(quantizer.scale, Scale(.zero), quantizer.zeroPoint)
    case .dequantize(let dequantizer):
      Self.combined(dequantizer.scale, dequantizer.offset, dequantizer.zeroPoint)
    case .requantize(let requantizer, _):
      Self.combined(requantizer.multiplier, requantizer.offset, requantizer.zeroPoint)
    case .widen, .function, .softmax, .layerNorm, .real, .integer:
      nil
    }
  }

  private static func combined(
    _ scale: Scale,
    _ offset: Scale,
    _ zeroPoint: ZeroPoint
  ) -> Broadcast<StageParameter>? {
    scale
      .combined(offset) { StageParameter(scale: $0, offset: $1, zeroPoint: 0) }?
      .combined(zeroPoint) { StageParameter(scale: $0.scale, offset: $0.offset, zeroPoint: $1) }
  }
}
