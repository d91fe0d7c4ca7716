import BigInt
import IntaglioGraph
import IntaglioNumerics

/// What the squares can be that decide a code exactly: equations (20) and (30).
///
/// With N²·ε = p/q, M = a/D, B = b/D and the tie c − z − ½: L² = (2·a·d)²·q is compared with
/// R²·W = ((2(c − z) − 1)·D − 2b)²·(V·q + p).
struct ComparisonWidths {
  /// L².
  let left: ClosedRange<BigInt>
  /// R²·W.
  let right: ClosedRange<BigInt>

  init(_ norm: IntegerNorm, _ widths: NormWidths) {
    let count = widths.shifted.count
    let epsilon = norm.epsilon * Rational(count) * Rational(count)
    let energy = BigInt(widths.energy.upperBound) * epsilon.denominator + epsilon.numerator
    let lines = norm.requantizer.multiplier.combined(norm.requantizer.offset) { Line($0, $1) }
    let lefts = lines?.combined(Broadcast(widths.deviations, shape: [count])) { line, range in
      let root = 2 * line.multiplier.magnitude * BigUInt(Ranges.magnitude(range))
      return root * root * epsilon.denominator.magnitude
    }
    let codes = norm.requantizer.type.range
    let rights = lines?.combined(norm.requantizer.zeroPoint) { line, zero in
      let roots = [codes.lowerBound + 1, codes.upperBound].map { code in
        (BigInt(2 * (code - zero) - 1) * line.denominator - 2 * line.offset).magnitude
      }
      let root = max(roots[0], roots[1])
      return root * root * energy.magnitude
    }
    left = 0...BigInt(lefts?.values.max() ?? 0)
    right = 0...BigInt(rights?.values.max() ?? 0)
  }

  /// a·x + b over one denominator.
  private struct Line: Hashable {
    let multiplier: BigInt
    let offset: BigInt
    let denominator: BigInt

    init(_ multiplier: Rational, _ offset: Rational) {
      let (first, second) = (multiplier.denominator, offset.denominator)
      denominator = first / first.greatestCommonDivisor(with: second) * second
      self.multiplier = multiplier.numerator * (denominator / first)
      self.offset = offset.numerator * (denominator / second)
    }
  }
}
