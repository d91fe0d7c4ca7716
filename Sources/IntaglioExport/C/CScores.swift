import BigInt
import IntaglioGraph
import IntaglioNumerics

/// What accumulators of logits mean, in one unit, so that classes can be compared.
struct CScores {
  private let multipliers: [Int]
  private let offsets: [Int]
  private let bits: Int

  /// How many classes there are.
  var count: Int { multipliers.count }

  /// With the scale that dequantizes `result`; the integers themselves where nothing does.
  init(_ graph: Graph, _ result: Value, _ logits: String?) {
    let shape = graph.type(of: result).shape
    let count = graph.type(of: result).count
    let reader = graph.live.first { value in
      guard case .dequantize = graph[value].operation else { return false }
      return graph[value].operands[0] == result
    }
    guard let reader, case .dequantize(let dequantizer) = graph[reader].operation else {
      (multipliers, offsets, bits) = (
        Array(repeating: 1, count: count), Array(repeating: 0, count: count), 0
      )
      return
    }
    let scales = dequantizer.scale.expanded(over: shape)
    let zeros = dequantizer.zeroPoint.expanded(over: shape)
    let added = dequantizer.offset.expanded(over: shape)
    let largest = scales.map { $0.doubleValue.magnitude }.max() ?? 1
    let highest = added.map { $0.doubleValue.magnitude }.max() ?? 0
    // Sums of 2³¹ times a multiplier stay below 2⁶¹.
    let room = max(largest * 0x1p32, highest)
    let bits = room > 0 && room.isFinite ? max(0, min(60, 60 - Int(room.exponent) - 1)) : 0
    let unit = Rational(BigInt(1) << bits)
    multipliers = scales.map { Int(clamping: ($0 * unit).roundedHalfEven) }
    offsets = scales.indices.map { index in
      Int(
        clamping: ((added[index] - scales[index] * Rational(zeros[index])) * unit).roundedHalfEven
      )
    }
    self.bits = bits
  }

  var text: String {
    """
    enum { MODEL_SCORE_BITS = \(bits) };

    \(CText.array("int64_t", "score_multipliers", multipliers.map { CText.long($0) }))

    \(CText.array("int64_t", "score_offsets", offsets.map { CText.long($0) }))

    int64_t model_score(int32_t class_index, int32_t logit)
    {
      return score_multipliers[class_index] * logit + score_offsets[class_index];
    }

    int32_t model_class(const int32_t *logits)
    {
      int32_t best = 0;
      for (int32_t i = 1; i < MODEL_LOGITS; i++) {
        if (model_score(i, logits[i]) > model_score(best, logits[best])) best = i;
      }
      return best;
    }
    """
  }
}
