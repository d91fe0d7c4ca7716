import BigInt
public import IntaglioGraph
public import IntaglioNumerics

/// How one stream holds real numbers: integers of `type`, channel c in units of 2^exponent[c].
public struct StreamFormat: Hashable, Sendable {
  public let type: IntegerType
  /// One, or one for each index of the last axis.
  public let exponents: Broadcast<Int>

  public init(_ type: IntegerType, exponents: Broadcast<Int>) {
    self.type = type
    self.exponents = exponents
  }

  /// The finest format of `bits` in which no channel of the given magnitudes saturates.
  ///
  /// - Parameters:
  ///   - bits: 8 to 32.
  ///   - magnitudes: the largest |x| of every channel.
  ///   - headroom: how much larger values may become, 1 for not at all.
  ///   - spread: by how many bits channels may differ; the largest decides, smaller ones get units
  ///     at most 2^`spread` finer.
  /// - Precondition: there is a channel, `headroom` ≥ 1 and `bits` is in 8…32.
  public init(bits: Int, magnitudes: [Double], headroom: Double, spread: Int) {
    precondition((8...32).contains(bits) && headroom >= 1 && !magnitudes.isEmpty)
    let largest = Double(IntegerType.i(bits).range.upperBound)
    let exponents = magnitudes.map { magnitude in
      // The least e with magnitude ≤ largest·2^e.
      let ratio = magnitude * headroom / largest
      guard ratio > 0, ratio.isFinite else { return Self.finest }
      let exponent = Int(ratio.exponent)
      return ratio.significand == 1 ? exponent : exponent + 1
    }
    let coarsest = max(exponents.max() ?? 0, Self.finest + spread)
    self.init(
      .i(bits),
      exponents: Broadcast(
        exponents.map { max($0, coarsest - spread) },
        shape: [exponents.count]
      )
    )
  }

  /// Units finer than this serve nobody.
  private static let finest = -40

  /// The real number that the integer 1 stands for.
  public var scale: Scale {
    exponents.map { exponent in
      exponent >= 0
        ? Rational(BigInt(1) << exponent) : Rational(1, over: BigInt(1) << -exponent)
    }
  }

  var quantizer: Quantizer { Quantizer(type, scale: scale) }
}
