import IntaglioGraph
import IntaglioNumerics

/// The cheapest exact form of a requantizer, one rule per entry of its parameters.
///
/// Codes are those in memory, bias included. Every form is exact for every accumulator of the range.
enum RequantizeTables {
  /// Up to this many thresholds are counted; beyond, multiplying is cheaper.
  private static let mostSteps = 15

  /// Comparing with so many single accumulators is still cheaper than what else is exact.
  private static let mostExceptions = 8

  case thresholds([ThresholdTable])
  case dyadic([PatchedMultiplier], ClosedRange<Int32>)
  /// One accumulator at a time: many codes and no multiplier that agrees with every threshold, or
  /// codes of more than 8 bits.
  case exact(ExactRounding)

  /// The form of tables that are given: counted where no list is long, else looked up.
  init(_ tables: [ThresholdTable]) {
    let longest = tables.map(\.thresholds.count).max() ?? 0
    self = longest <= Self.mostGivenThresholds ? .thresholds(tables) : .exact(.tables(tables))
  }

  /// Up to this many thresholds of a table without a cheaper form are counted.
  private static let mostGivenThresholds = 64

  init(
    _ parameters: [StageParameter],
    codes: ClosedRange<Int>,
    bias: Int,
    range: ClosedRange<Int>
  ) {
    let stored = codes.lowerBound + bias...codes.upperBound + bias
    guard codes.count <= 256 else {
      let rounding = AffineRounding(
        multipliers: parameters.map(\.scale),
        offsets: parameters.map(\.offset)
      )
      self = .exact(.affine(rounding, zeroPoints: parameters.map(\.zeroPoint), codes: codes))
      return
    }
    let tables = parameters.map { parameter in
      parameter.scale.isZero
        ? ThresholdTable(constant: parameter.constantCode(within: stored, bias: bias))
        : ThresholdTable(
          multiplier: parameter.scale,
          offset: parameter.offset,
          zeroPoint: parameter.zeroPoint + bias,
          codes: stored
        )
    }
    // A threshold that is never reached is kept as `Int32.max`.
    let neverIsSafe = range.upperBound < Int32.max
    if codes.count - 1 <= Self.mostSteps, neverIsSafe {
      self = .thresholds(tables)
      return
    }
    let dyadics = zip(tables, parameters).compactMap {
      PatchedMultiplier(
        $0,
        slope: $1.scale.doubleValue,
        within: range,
        upTo: Self.mostExceptions
      )
    }
    self =
      dyadics.count == tables.count
      ? .dyadic(dyadics, Int32(stored.lowerBound)...Int32(stored.upperBound))
      : .exact(.tables(tables))
  }
}

extension StageParameter {
  /// The stored code where the scale is zero and the offset alone decides.
  fileprivate func constantCode(within stored: ClosedRange<Int>, bias: Int) -> Int {
    let shift = zeroPoint + bias
    return offset.roundedHalfEven(within: stored.lowerBound - shift...stored.upperBound - shift)
      + shift
  }
}
