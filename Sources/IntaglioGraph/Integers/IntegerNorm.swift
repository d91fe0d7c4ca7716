public import IntaglioNumerics

/// Integers → codes of their LayerNorm or RMSNorm: equations (19)–(22).
///
/// Along the last axis. Integers q of channel c stand for q·2^`left`[c], all in one unit; ŷ is the
/// normalized value, and the code is `requantizer` of ŷ: γ and β are in its multiplier and offset.
public struct IntegerNorm: Hashable, Sendable {
  /// How ŷ is found.
  public enum Method: Hashable, Sendable {
    /// As a real number, of which only comparisons are needed: no code is ever wrong.
    case exact
    /// As a fixed-point number by an integer root.
    case fixedPoint(FixedPointRoot)
  }

  /// Whether the mean is subtracted: LayerNorm, not RMSNorm.
  public let isCentered: Bool
  /// Left shifts, one or one per channel, 0…31.
  public let left: Broadcast<Int>
  /// ε in the square of the unit; positive.
  public let epsilon: Rational
  public let method: Method
  public let requantizer: Requantizer

  public init(
    isCentered: Bool,
    left: Broadcast<Int> = Broadcast(0),
    epsilon: Rational,
    method: Method = .exact,
    requantizer: Requantizer
  ) {
    self.isCentered = isCentered
    self.left = left
    self.epsilon = epsilon
    self.method = method
    self.requantizer = requantizer
  }

  /// The width of a row, and of its integers once they are shifted, that 64 bits have room for.
  public static let rowLimit = (count: 1 << 20, magnitude: 1 << 40)

  /// Whether it can be applied to `operand`.
  package func fits(_ operand: ValueType) -> Bool {
    operand.integer.map { fault(operand.shape, $0) == nil } ?? false
  }

  func fault(_ shape: [Int], _ element: IntegerType) -> String? {
    guard let width = shape.last, width > 0 else { return "expected at least one axis" }
    guard width <= Self.rowLimit.count else { return "rows of at most \(Self.rowLimit.count)" }
    guard left.shape.count <= 1, left.fits([width]) else {
      return "left shifts of shape \(left.shape) are not one per channel"
    }
    guard left.values.allSatisfy((0...31).contains) else { return "left shifts are 0…31" }
    let largest = max(element.range.lowerBound.magnitude, element.range.upperBound.magnitude)
    guard left.values.allSatisfy({ largest << $0 <= Self.rowLimit.magnitude }) else {
      return "integers shifted left must stay within 2⁴⁰"
    }
    guard epsilon.signum > 0 else { return "epsilon must be positive" }
    let fits =
      requantizer.multiplier.fits(shape) && requantizer.offset.fits(shape)
      && requantizer.zeroPoint.fits(shape)
    return fits ? nil : "the quantizer's parameters do not stretch over it"
  }

  func apply(to elements: [Int], shape: [Int]) -> [Int] {
    let width = shape.last ?? 1
    let lefts = left.expanded(over: [width])
    let multiplier = requantizer.multiplier.indices(over: shape)
    let offset = requantizer.offset.indices(over: shape)
    let zeroPoint = requantizer.zeroPoint.indices(over: shape)
    let range = requantizer.type.range
    var codes: [Int] = []
    codes.reserveCapacity(elements.count)
    for start in stride(from: 0, to: elements.count, by: width) {
      let row = NormalizedRow(
        (0..<width).map { elements[start + $0] << lefts[$0] },
        isCentered: isCentered
      )
      let values = normalized(row)
      for column in 0..<width {
        let index = start + column
        let z = requantizer.zeroPoint.values[Int(zeroPoint[index])]
        let code = values(
          column,
          requantizer.multiplier.values[Int(multiplier[index])],
          requantizer.offset.values[Int(offset[index])],
          range.lowerBound - z...range.upperBound - z
        )
        codes.append(code + z)
      }
    }
    return codes
  }

  /// round(M·ŷ + B) of one row, by column, multiplier, offset and range.
  private func normalized(
    _ row: NormalizedRow
  ) -> (Int, Rational, Rational, ClosedRange<Int>) -> Int {
    switch method {
    case .exact:
      let energy = row.energy(withEpsilon: epsilon)
      return { column, multiplier, offset, range in
        NormComparison.rounded(
          multiplier: multiplier,
          offset: offset,
          deviation: row.deviations[column],
          energy: energy,
          within: range
        )
      }
    case .fixedPoint(let root):
      let values = root(row)
      let unit = Rational(1, over: 1 << root.fractionBits)
      return { column, multiplier, offset, range in
        AffineRounding(multipliers: [multiplier * unit], offsets: [offset])(
          values[column],
          0,
          within: range
        )
      }
    }
  }
}
