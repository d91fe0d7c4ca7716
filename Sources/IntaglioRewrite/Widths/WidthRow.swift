public import BigInt

/// One integer of a node: where it lies, over all inputs.
public struct WidthRow: Sendable, Hashable {
  /// What the integer is in the arithmetic of its node.
  public enum Quantity: String, Sendable, Hashable, Codable, CaseIterable {
    /// What a quantizer, or what stands for one, makes; the integers of a stream.
    case code
    /// A finished inner product or sum.
    case accumulator
    /// The sum of some terms of an accumulator, in any order.
    case partialSum = "partial sum"
    /// What is added to, taken from or multiplied with accumulators.
    case correction

    // Streams, equation (17)

    case product
    case sumBeforeShift = "sum before shift"

    // Steps and lookups, equation (18)

    /// The thresholds that some operand tells apart.
    case threshold
    case index

    // Norms, equations (19)–(21)

    case shiftedValue = "shifted value"
    /// S, of some or all of the elements; for softmax Σe.
    case rowSum = "row sum"
    /// Σx², of some or all of the elements.
    case squareSum = "square sum"
    /// d.
    case deviation
    /// V = N·Σx² − S².
    case energy
    /// (V + N²·ε)·2^K.
    case scaledEnergy = "scaled energy"
    case root
    case reciprocal
    /// d·g.
    case deviationProduct = "product d·g"
    /// y.
    case normalized
    /// L² over a common denominator.
    case squaredDeviation = "L²"
    /// R²·W over the same denominator.
    case squaredTie = "R²·W"

    // Softmax, equations (23)–(25)

    case difference
    case exponentProduct = "exponent product"
    case power
    case thresholdProduct = "threshold product"
    case powerProduct = "power product"

    // Rows relative to themselves, equations (36) and (37); the difference is that of softmax

    case dividend
    case divisor
  }

  /// The model's own name of the node, or what messages call it.
  public let node: String
  public let quantity: Quantity
  public let range: ClosedRange<BigInt>

  public init(node: String, quantity: Quantity, range: ClosedRange<BigInt>) {
    self.node = node
    self.quantity = quantity
    self.range = range
  }

  /// Whether some value is negative.
  public var isSigned: Bool { range.lowerBound < 0 }

  /// The least width that holds every value: two's complement where signed, at least 1.
  public var bits: Int {
    guard isSigned else { return max(1, range.upperBound.magnitude.bitWidth) }
    // −2^(b−1) takes b bits.
    let below = (range.lowerBound + 1).magnitude.bitWidth
    let above = range.upperBound < 0 ? 0 : range.upperBound.magnitude.bitWidth
    return 1 + max(below, above)
  }
}

extension WidthRow: Codable {
  private enum Key: String, CodingKey {
    case node, quantity, lower, upper, bits, signed
  }

  /// The ends are decimal text, for they may be long.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(node, forKey: .node)
    try container.encode(quantity, forKey: .quantity)
    try container.encode("\(range.lowerBound)", forKey: .lower)
    try container.encode("\(range.upperBound)", forKey: .upper)
    try container.encode(bits, forKey: .bits)
    try container.encode(isSigned, forKey: .signed)
  }

  /// Width and sign follow from the ends.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func end(_ key: Key) throws -> BigInt {
      let text = try container.decode(String.self, forKey: key)
      guard text.utf8.count < 1024, let number = BigInt(text, radix: 10) else {
        throw DecodingError.dataCorruptedError(
          forKey: key,
          in: container,
          debugDescription: "expected an integer, found \(text.prefix(40))"
        )
      }
      return number
    }
    let (lower, upper) = (try end(.lower), try end(.upper))
    guard lower <= upper else {
      throw DecodingError.dataCorruptedError(
        forKey: .upper,
        in: container,
        debugDescription: "\(upper) is below \(lower)"
      )
    }
    self.init(
      node: try container.decode(String.self, forKey: .node),
      quantity: try container.decode(Quantity.self, forKey: .quantity),
      range: lower...upper
    )
  }
}
