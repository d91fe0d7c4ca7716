package import IntaglioNumerics

/// What each code of an activation stands for, in units of its scale: whole numbers in ascending order.
///
/// Where most numbers are small and a few are large, levels that lie close below and wide above lose less
/// than even ones; the multiplication then reads levels, which have a few bits more than the codes.
package struct CodeLevels: Sendable, Hashable {
  /// The bits of a code.
  package let bits: Int
  /// One for each code; the first is 0.
  package let levels: [Int]

  /// The lower half of the codes one apart, the upper half `step` apart.
  package init(bits: Int, step: Int) {
    self.bits = bits
    let half = 1 << (bits - 1)
    levels = (0..<2 * half).map { $0 < half ? $0 : half + ($0 - half) * step }
  }

  package var codeType: IntegerType { .u(bits) }
  /// What holds every level.
  package var type: IntegerType {
    .u((bits...8).first { (levels.last ?? 0) < 1 << $0 } ?? 8)
  }

  /// The code of every number that `type` holds: that of the nearest level, of two the lower one.
  package var codes: [Int] {
    type.range.map { number in
      levels.indices.min { abs(levels[$0] - number) < abs(levels[$1] - number) } ?? 0
    }
  }
}
