import BigInt
import IntaglioGraph
import IntaglioNumerics

/// What the integers between scores and the codes of their softmax can be: equations (23)–(25).
struct SoftmaxWidths {
  /// The row's extreme score less each score, without sign.
  let difference: ClosedRange<Int>
  /// D·m of (23), x·m of (32); `nil` for exponentials that do not multiply.
  private(set) var exponentProduct: ClosedRange<Int>?
  /// e.
  let power: ClosedRange<Int>
  /// Σe.
  let sum: ClosedRange<Int>
  /// (2(c − z) − 1)·a·Σe, a/b the scale of the probabilities, for every code that some probability
  /// reaches; `nil` where there is none.
  private(set) var thresholdProduct: ClosedRange<BigInt>?
  /// 2·b·e.
  let powerProduct: ClosedRange<BigInt>

  /// `elements` are those of the operand.
  init(_ softmax: IntegerSoftmax, of elements: Broadcast<ClosedRange<Int>>, count: Int) {
    let rows = elements.folded(fromRight: 1, Ranges.hull).values
    let spread = rows.reduce(0) { max($0, $1.upperBound - $1.lowerBound) }
    let farthest = count > 1 ? spread : 0
    difference = 0...farthest
    // Powers fall as differences grow, and one element of a row has none.
    let powers = Set(softmax.scale.values.map(\.magnitude)).map { scale in
      let exponential = softmax.exponential(scale: scale)
      return exponential(farthest)...exponential(0)
    }
    power = Ranges.hull(powers)
    let sums = powers.map { $0.upperBound + (count - 1) * $0.lowerBound...count * $0.upperBound }
    sum = Ranges.hull(sums)
    let denominators = softmax.quantizer.scale.values.map(\.denominator)
    let least = 2 * BigInt(power.lowerBound) * (denominators.min() ?? 1)
    let greatest = 2 * BigInt(power.upperBound) * (denominators.max() ?? 1)
    powerProduct = least...greatest
    exponentProduct = Self.products(softmax, farthest)
    thresholdProduct = Self.thresholds(softmax.quantizer, sum)
  }

  private static func products(_ softmax: IntegerSoftmax, _ farthest: Int) -> ClosedRange<Int>? {
    switch softmax.exponential {
    case .shiftmax: return nil
    case .base2(let fractionBits, let tableBits):
      let products = Set(softmax.scale.values.map(\.magnitude)).map { scale in
        let power = Base2Exponential(
          scale: scale,
          fractionBits: fractionBits,
          tableBits: tableBits
        )
        return min(farthest, power.cap) * power.multiplier
      }
      return 0...(products.max() ?? 0)
    case .base2Product:
      let products = Set(softmax.scale.values.map(\.magnitude)).map { scale in
        let power = Base2ProductExponential(scale: scale)
        return power.reduced(farthest) * power.multiplier
      }
      return 0...(products.max() ?? 0)
    }
  }

  private static func thresholds(
    _ quantizer: Quantizer,
    _ sum: ClosedRange<Int>
  ) -> ClosedRange<BigInt>? {
    let codes = quantizer.type.range
    let ranges = quantizer.scale.combined(quantizer.zeroPoint) { scale, zero in
      // Ties are crossed by probabilities above 0 and up to 1.
      let reached = Int(clamping: (1 / scale + Rational(1, over: 2)).floor)
      let (first, last) = (
        max(1, codes.lowerBound + 1 - zero), min(reached, codes.upperBound - zero)
      )
      guard first <= last else { return nil as ClosedRange<BigInt>? }
      let (least, greatest) = (
        BigInt(2 * first - 1) * scale.numerator * BigInt(sum.lowerBound),
        BigInt(2 * last - 1) * scale.numerator * BigInt(sum.upperBound)
      )
      return least...greatest
    }
    return ranges?.values.compactMap { $0 }.reduce(nil) { total, range in
      guard let total else { return range }
      return min(total.lowerBound, range.lowerBound)...max(total.upperBound, range.upperBound)
    }
  }
}
