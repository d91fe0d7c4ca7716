import IntaglioGraph
import IntaglioNumerics

extension ChainDraft.Operation {
  /// The constants of the operation, combined so that they vary together; `nil` when it has none.
  var parameters: Broadcast<StageParameter>? {
    affine.flatMap { Self.combined($0.scale, $0.offset, $0.zeroPoint) }
  }

  /// Scale, offset and zero point of what is quantized, dequantized or requantized here.
  private var affine: IntaglioGraph.Operation.AffineParameters? {
    if case .quantize(let quantizer) = self { return .init(quantizer) }
    if case .dequantize(let dequantizer) = self { return .init(dequantizer) }
    if case .requantize(let requantizer, _) = self { return .init(requantizer) }
    if case .quotient(let quotient, _) = self { return .init(quotient.requantizer) }
    guard case .norm(let norm, _) = self else { return nil }
    return .init(norm.requantizer)
  }

  /// The dimensions over which the constants of the operation vary; `nil` when it has none.
  var parameterShape: [Int]? {
    if case .thresholds(let steps) = self { return steps.tables.shape }
    if case .rowLookup(let rows) = self { return rows.tables.shape }
    if case .scaledSum(let stream, _) = self { return stream.parameters?.shape }
    if case .integerSoftmax(let softmax) = self { return softmax.parameters?.shape }
    return parameters?.shape
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

/// The numbers of a stream at one place.
struct ScaledSumParameter: Hashable {
  var multipliers: [Int]
  var offset: Int
  let shift: Int
}

extension ScaledSum {
  /// The constants, combined so that they vary together.
  var parameters: Broadcast<ScaledSumParameter>? {
    var result = offset.combined(shift) {
      ScaledSumParameter(multipliers: [], offset: $0, shift: $1)
    }
    for multiplier in multipliers {
      result = result?.combined(multiplier) { parameter, multiplier in
        var parameter = parameter
        parameter.multipliers.append(multiplier)
        return parameter
      }
    }
    return result
  }
}

/// The numbers of an integer softmax at one row.
struct SoftmaxParameter: Hashable {
  /// Of the scores.
  let scale: Rational
  /// Of the probabilities.
  let step: Rational
  let zeroPoint: Int
}

extension IntegerSoftmax {
  /// The constants, combined so that they vary together.
  var parameters: Broadcast<SoftmaxParameter>? {
    scale
      .combined(quantizer.scale) { SoftmaxParameter(scale: $0, step: $1, zeroPoint: 0) }?
      .combined(quantizer.zeroPoint) {
        SoftmaxParameter(scale: $0.scale, step: $0.step, zeroPoint: $1)
      }
  }
}
