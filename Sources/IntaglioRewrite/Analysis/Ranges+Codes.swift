import IntaglioGraph
import IntaglioNumerics

extension Ranges {
  /// What the codes that `node` makes can be, element by element, from what its operands can be;
  /// `nil` where only the type bounds them.
  ///
  /// Every rounding here is monotone, so the ends of an operand's range give those of the result.
  mutating func codeElements(_ node: Node) -> Broadcast<ClosedRange<Int>>? {
    let operands = node.operands.compactMap { elements(of: $0) }
    guard let first = operands.first, operands.count == node.operands.count,
      operands.allSatisfy({ $0.values.allSatisfy(\.isNarrow) })
    else { return nil }
    if case .requantize(let requantizer) = node.operation { return requantizer.image(of: first) }
    guard case .integer(let function) = node.operation else { return nil }
    switch function {
    case .thresholds(let steps): return first.combined(steps.tables) { $1.image(of: $0) }
    case .lookup(let lookup): return first.map(lookup.image)
    case .scaledSum(let stream): return stream.image(of: operands)
    case .norm(let norm):
      return norm.image(count: graph.type(of: node.operands[0]).shape.last ?? 1)
    case .softmax(let softmax): return softmax.image
    case .rowThresholds(let rows):
      return rows.image(of: first, count: graph.type(of: node.operands[0]).shape.last ?? 1)
    case .quotient(let quotient): return quotient.image(of: operands[0], over: operands[1])
    }
  }
}

extension ClosedRange<Int> {
  /// Whether doubles hold both ends.
  var isNarrow: Bool {
    Swift.max(lowerBound.magnitude, upperBound.magnitude) < 1 << 53
  }

  /// From one end to the other, whichever is lower.
  init(from a: Int, to b: Int) { self = Swift.min(a, b)...Swift.max(a, b) }
}

extension Requantizer {
  fileprivate func image(
    of ranges: Broadcast<ClosedRange<Int>>
  ) -> Broadcast<ClosedRange<Int>>? {
    guard
      let lines = Shape.broadcast(multiplier.shape, offset.shape),
      let shape = Shape.broadcast(lines, zeroPoint.shape)
        .flatMap({ Shape.broadcast($0, ranges.shape) })
    else { return nil }
    let rounding = AffineRounding(
      multipliers: multiplier.expanded(over: lines),
      offsets: offset.expanded(over: lines)
    )
    let line = Shape.broadcastSources(from: lines, to: shape)
    let (zeros, sources) = (zeroPoint.indices(over: shape), ranges.indices(over: shape))
    let codes = type.range
    return Broadcast(
      line.indices.map { index in
        let zero = zeroPoint.values[Int(zeros[index])]
        let range = ranges.values[Int(sources[index])]
        let ends = [range.lowerBound, range.upperBound].map { end in
          rounding(
            end,
            Int(line[index]),
            within: codes.lowerBound - zero...codes.upperBound - zero
          ) + zero
        }
        return ClosedRange(from: ends[0], to: ends[1])
      },
      shape: shape
    )
  }
}

extension ThresholdTable {
  /// The codes of integers of `range`.
  func image(of range: ClosedRange<Int>) -> ClosedRange<Int> {
    let first = self(range.lowerBound)
    return zip(thresholds, codes.dropFirst()).reduce(first...first) { image, step in
      step.0 > range.lowerBound && step.0 <= range.upperBound
        ? Ranges.hull(image, step.1...step.1) : image
    }
  }
}

extension LookupFunction {
  fileprivate func image(of range: ClosedRange<Int>) -> ClosedRange<Int> {
    let reached = entries[
      range.lowerBound - index.range.lowerBound...range.upperBound - index.range.lowerBound
    ]
    return (reached.min() ?? type.range.lowerBound)...(reached.max() ?? type.range.upperBound)
  }
}

extension ScaledSum {
  fileprivate func image(
    of operands: [Broadcast<ClosedRange<Int>>]
  ) -> Broadcast<ClosedRange<Int>>? {
    sums(of: operands)?.combined(shift) { sum, shift in
      clamped(
        sum.lowerBound.shiftedRounding(by: shift)
      )...clamped(
        sum.upperBound.shiftedRounding(by: shift)
      )
    }
  }

  private func clamped(_ value: Int128) -> Int {
    Int(max(Int128(type.range.lowerBound), min(Int128(type.range.upperBound), value)))
  }
}

extension IntegerNorm {
  /// The codes of rows of `count` elements, whatever they hold: equation (27).
  fileprivate func image(count: Int) -> Broadcast<ClosedRange<Int>>? {
    guard
      let lines = Shape.broadcast(requantizer.multiplier.shape, requantizer.offset.shape),
      let shape = Shape.broadcast(lines, requantizer.zeroPoint.shape)
    else { return nil }
    let multipliers = requantizer.multiplier.expanded(over: shape)
    let offsets = requantizer.offset.expanded(over: shape)
    let zeros = requantizer.zeroPoint.expanded(over: shape)
    let codes = requantizer.type.range
    return Broadcast(
      zeros.indices.map { index in
        let zero = zeros[index]
        let range = codes.lowerBound - zero...codes.upperBound - zero
        let ends = [-1, 1].map { sign in
          extreme(sign, multipliers[index], offsets[index], within: range, count: count) + zero
        }
        return ClosedRange(from: ends[0], to: ends[1])
      },
      shape: shape
    )
  }

  /// round(M·ŷ + B) of the largest or the smallest ŷ.
  private func extreme(
    _ sign: Int,
    _ multiplier: Rational,
    _ offset: Rational,
    within range: ClosedRange<Int>,
    count: Int
  ) -> Int {
    // ŷ² as an integer.
    let square = isCentered ? count - 1 : count
    switch method {
    case .exact:
      return NormComparison.rounded(
        multiplier: multiplier,
        offset: offset,
        deviation: sign * square,
        energy: Rational(max(square, 1)),
        within: range
      )
    case .fixedPoint(let root):
      let unit = Rational(1, over: 1 << root.fractionBits)
      return AffineRounding(multipliers: [multiplier * unit], offsets: [offset])(
        sign * root.largest(square: square, count: count),
        0,
        within: range
      )
    }
  }
}

extension IntegerSoftmax {
  /// The codes of probabilities: those from 0 to 1.
  fileprivate var image: Broadcast<ClosedRange<Int>>? {
    quantizer.scale.combined(quantizer.zeroPoint) { scale, zero in
      let ends = [Rational.zero, .one].map { probability in
        let (inside, outside) = quantizer.placement == .beforeRounding ? (zero, 0) : (0, zero)
        let range = quantizer.type.range
        return (probability / scale + Rational(inside)).roundedHalfEven(
          within: range.lowerBound - outside...range.upperBound - outside
        ) + outside
      }
      return ClosedRange(from: ends[0], to: ends[1])
    }
  }
}
