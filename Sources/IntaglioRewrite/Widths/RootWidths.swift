import BigInt
import IntaglioGraph
import IntaglioNumerics

/// What the integers of the fixed-point form can be: equation (21).
struct RootWidths {
  /// V·2^K + N²·ε·2^K.
  let energy: ClosedRange<BigInt>
  let root: ClosedRange<BigInt>
  let reciprocal: ClosedRange<BigInt>
  /// d·g.
  let product: ClosedRange<BigInt>
  /// y.
  let normalized: ClosedRange<BigInt>

  init(_ root: FixedPointRoot, _ norm: IntegerNorm, _ widths: NormWidths) {
    let epsilon = BigInt(root.epsilon)
    energy =
      BigInt(widths.energy.lowerBound) << root.scaleBits + epsilon...BigInt(
        widths.energy.upperBound
      ) << root.scaleBits + epsilon
    // Of numbers from 2⁶² to 2⁶⁴.
    self.root = BigInt(1) << 31...BigInt(1) << 32 - 1
    let reciprocal = BigInt(1) << (root.rootBits - 1)...BigInt(1) << root.rootBits
    self.reciprocal = reciprocal
    let deviations = Ranges.hull(widths.deviations)
    let ends = [deviations.lowerBound, deviations.upperBound].flatMap { end in
      [BigInt(end) * reciprocal.lowerBound, BigInt(end) * reciprocal.upperBound]
    }
    product = (ends.min() ?? 0)...(ends.max() ?? 0)
    let count = widths.shifted.count
    let largest = BigInt(
      root.largest(square: norm.isCentered ? count - 1 : count, count: count)
    )
    normalized = -largest...largest
  }
}
