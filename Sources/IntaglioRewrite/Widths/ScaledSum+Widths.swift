import IntaglioGraph
import IntaglioNumerics

extension ScaledSum {
  /// Multiplier times operand, for each operand; `nil` where they do not stretch over each other.
  func products(
    of operands: [Broadcast<ClosedRange<Int>>]
  ) -> [Broadcast<ClosedRange<Int128>>?] {
    zip(operands, multipliers).map { operand, multiplier in
      operand.combined(multiplier) { range, factor in
        let (low, high) = (
          Int128(range.lowerBound) * Int128(factor), Int128(range.upperBound) * Int128(factor)
        )
        return min(low, high)...max(low, high)
      }
    }
  }

  /// The sum before the shift; `nil` where its parts do not stretch over each other.
  func sums(of operands: [Broadcast<ClosedRange<Int>>]) -> Broadcast<ClosedRange<Int128>>? {
    var sums: Broadcast<ClosedRange<Int128>>? = offset.map { Int128($0)...Int128($0) }
    for product in products(of: operands) {
      sums = product.flatMap {
        sums?.combined($0) {
          $0.lowerBound + $1.lowerBound...$0.upperBound + $1.upperBound
        }
      }
    }
    return sums
  }
}
