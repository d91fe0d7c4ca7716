import IntaglioGraph

/// A sum of scaled operands, equation (17), with integers of 64 bits.
struct ExactSum {
  /// The largest magnitude of the sum is below 2 to this.
  static let roomBits = 61

  /// - Throws: `ExactFormError` where the sum leaves 61 bits.
  static func check(_ sum: ScaledSum, _ ranges: [ClosedRange<Int>]) throws(ExactFormError) {
    guard let largest = sum.largestSum(ranges), largest < 1 << roomBits,
      sum.shift.values.allSatisfy({ $0 < roomBits })
    else {
      throw ExactFormError(
        what: "a sum before its shift of more than \(roomBits) bits",
        advice: "use narrower streams (--stream-bits)"
      )
    }
  }
}
