import BigInt
import IntaglioGraph
import IntaglioNumerics

extension IntegerNorm {
  /// The fixed-point form: the stated one, or for exact norms the one that decides all but close
  /// codes, (22); `nil` where rows are too wide for it.
  func root(of elements: Broadcast<ClosedRange<Int>>, count: Int) -> FixedPointRoot? {
    switch method {
    case .fixedPoint(let root): return root
    case .exact: return narrowestRoot(of: elements, count: count)
    }
  }

  /// Why the arithmetic on an operand of `elements` would leave its widths; `nil` when it does not.
  func obstacle(_ elements: Broadcast<ClosedRange<Int>>, count: Int) -> String? {
    guard narrowestRoot(of: elements, count: count) != nil else {
      return
        "rows of \(count) elements with values up to ±\(Ranges.magnitude(Ranges.hull(elements))), "
        + "shifted left by up to \(left.values.max() ?? 0), are too wide for its root"
    }
    guard case .fixedPoint(let root) = method else { return nil }
    let widths = RootWidths(root, self, NormWidths(self, of: elements, count: count))
    if widths.energy.upperBound.magnitude.bitWidth > 126 {
      return "\(root.scaleBits) scale bits: its energy can leave 126 bits"
    }
    if [widths.product.lowerBound, widths.product.upperBound].contains(where: {
      Int(exactly: $0) == nil
    }) {
      return "\(root.rootBits) root bits: deviation times reciprocal can leave 64 bits"
    }
    if widths.normalized.upperBound.magnitude.bitWidth > 31 {
      return "\(root.fractionBits) fraction bits: its values can leave 32 bits"
    }
    return nil
  }

  /// The widths that the arithmetic needs for an operand of `elements`.
  func narrowestRoot(of elements: Broadcast<ClosedRange<Int>>, count: Int) -> FixedPointRoot? {
    let bound = Ranges.magnitude(Ranges.hull(elements))
    guard bound < 1 << 40 else { return nil }
    return FixedPointRoot(
      count: count,
      bound: Int(bound) << (left.values.max() ?? 0),
      epsilon: epsilon
    )
  }
}

extension FixedPointRoot {
  /// The largest |y| where ŷ² is at most `square`, in rows of `count`.
  func largest(square: Int, count: Int) -> Int {
    let root = (BigUInt(square) << (2 * fractionBits)).squareRoot()
    return Int(root) + bound(count: count)
  }
}
