import IntaglioNumerics
import IntaglioRuntime
import Testing

@Suite("Stream kernels")
struct ScaledSumKernelsTests {
  /// One row per number of `a` and one column per shift; factors 1, no second operand.
  private static func shifted(
    _ a: [Int32],
    by shifts: [Int32],
    limits: ClosedRange<Int32> = .min ... .max,
    _ instructionSet: InstructionSet
  ) -> (out: [Int32], saturated: Int) {
    let input = a.flatMap { Array(repeating: $0, count: shifts.count) }
    var out = input
    let saturated = KernelTable(limit: instructionSet).scaledSum.sum(
      rows: a.count,
      columns: shifts.count,
      a: input,
      lda: shifts.count,
      factorsOfA: [Int64](repeating: 1, count: shifts.count),
      offset: [Int64](repeating: 0, count: shifts.count),
      shift: shifts,
      limits: limits,
      out: &out,
      outStride: shifts.count
    )
    return (out, saturated)
  }

  @Test("a shift rounds half to even (16)", arguments: InstructionSet.supported)
  func halfEven(_ instructionSet: InstructionSet) {
    let numbers = Array(-70...70) + [.min, .min + 1, .max - 1, .max] as [Int32]
    let shifts = Array(0...5) + [30, 31, 32, 40, 62] as [Int32]
    let expected = numbers.flatMap { number in
      shifts.map { Int32((Rational(Int(number)) / Rational(1 << Int($0))).roundedHalfEven) }
    }
    let found = Self.shifted(numbers, by: shifts, instructionSet)
    #expect(found.out == expected)
    #expect(found.saturated == 0)
  }

  @Test(
    "elements beyond the limits are clamped and counted, those on them are not",
    arguments: InstructionSet.supported
  )
  func saturation(_ instructionSet: InstructionSet) {
    let numbers = [-129, -128, -127, 0, 126, 127, 128, .min, .max] as [Int32]
    // 21 columns: one block of lanes and a part of one, whose other lanes must not count.
    let shifts = [Int32](repeating: 0, count: 21)
    let found = Self.shifted(numbers, by: shifts, limits: -128...127, instructionSet)
    #expect(found.saturated == 4 * 21)
    let expected = numbers.flatMap { [Int32](repeating: min(max($0, -128), 127), count: 21) }
    #expect(found.out == expected)
    let positive = Self.shifted([7], by: shifts, limits: 7...9, instructionSet)
    #expect(positive.saturated == 0)
  }

  @Test(
    "a stream is rounded once, however its terms cancel, and may be written over an operand",
    arguments: InstructionSet.supported,
    [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64]
  )
  func sums(_ instructionSet: InstructionSet, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let (rows, columns) = (3, 50)
    func numbers<T: FixedWidthInteger>(_ count: Int, _ range: ClosedRange<T>) -> [T] {
      (0..<count).map { _ in T.random(in: range, using: &random) }
    }
    let a: [Int32] = numbers(rows * columns, .min ... .max)
    let b: [Int32] = numbers(rows * columns, -128...127)
    let factorsOfA: [Int64] = numbers(columns, -(1 << 29)...(1 << 29))
    // Narrow and wide factors of the narrow operand.
    let factorsOfB: [Int64] = numbers(columns, seed % 2 == 0 ? -9...9 : -(1 << 53)...(1 << 53))
    let offset: [Int64] = numbers(columns, -(1 << 59)...(1 << 59))
    let shift: [Int32] = numbers(columns, 25...62)
    let limits: ClosedRange<Int32> = -30_000_000...20_000_000
    var saturated = 0
    let expected = (0..<rows * columns).map { index in
      let j = index % columns
      let sum =
        Rational(a[index]) * Rational(factorsOfA[j]) + Rational(b[index]) * Rational(factorsOfB[j])
        + Rational(offset[j])
      let exact = (sum / Rational(1 << Int(shift[j]))).roundedHalfEven
      let range = Int(limits.lowerBound)...Int(limits.upperBound)
      let limited = min(max(Int(exact), range.lowerBound), range.upperBound)
      saturated += limited == Int(exact) ? 0 : 1
      return Int32(limited)
    }
    let kernels = KernelTable(limit: instructionSet).scaledSum
    for overwritten in 0..<3 {
      var (first, second) = (a, b)
      var out = [Int32](repeating: 0, count: rows * columns)
      let count = first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          out.withUnsafeMutableBufferPointer { out -> Int in
            guard let a = first.baseAddress, let b = second.baseAddress,
              let target = [out, first, second][overwritten].baseAddress
            else { return -1 }
            let saturated = kernels.sum(
              rows: rows,
              columns: columns,
              a: a,
              lda: columns,
              factorsOfA: factorsOfA,
              b: b,
              ldb: columns,
              factorsOfB: factorsOfB,
              offset: offset,
              shift: shift,
              limits: limits,
              out: target,
              outStride: columns
            )
            return saturated
          }
        }
      }
      #expect([out, first, second][overwritten] == expected)
      #expect(count == saturated)
    }
    #expect(saturated > 0 && saturated < rows * columns)
  }

  @Test(
    "one operand is rounded half to even and counted, however large the results may become",
    arguments: InstructionSet.supported,
    1...8 as ClosedRange<UInt64>
  )
  func singleOperand(_ instructionSet: InstructionSet, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let (rows, columns) = (20, 16 * 7 + 5)
    let shift = (0..<columns).map { _ in Int32.random(in: 1...30, using: &random) }
    // What stays in 32 bits whatever `a` is, up to its end; twice as much in every other block of 16.
    let factors = shift.enumerated().map { column, shift -> Int64 in
      let most = Int64(1) << Int64(shift - 1)
      let isAtEnd = Int.random(in: 0..<4, using: &random) == 0
      let isBeyond = column / 16 % 2 == 1 && Int.random(in: 0..<8, using: &random) == 0
      let factor = isAtEnd ? most - 1 : Int64.random(in: 0..<most, using: &random)
      return (isBeyond ? 2 * most : factor) * (Bool.random(using: &random) ? 1 : -1)
    }
    let offset = shift.enumerated().map { column, shift -> Int64 in
      // As small as results, or so large that they leave 32 bits.
      let bits = shift + (Bool.random(using: &random) ? 4 : column / 16 == 2 ? 31 : 29)
      let most = Int64(1) << Int64(bits)
      return Bool.random(using: &random) ? most - 1 : Int64.random(in: -most..<most, using: &random)
    }
    let a = (0..<rows * columns).map { index -> Int32 in
      let (row, column) = (index / columns, index % columns)
      if row == 0 { return .min }
      if row == 1 { return .max }
      // As near to a tie as there is one.
      let unit = Double(factors[column] == 0 ? 1 : factors[column])
      let half = Double(Int64(1) << Int64(shift[column] - 1))
      let tie = (Double(2 * row - 21) * half - Double(offset[column])) / unit
      return Int32(max(-0x1p31, min(tie.rounded(), 0x1p31 - 1)))
    }
    for limits in [-0x8000...0x7FFF, -0x7000_0000...0x7000_0000] as [ClosedRange<Int32>] {
      var (ties, saturated) = (0, 0)
      let expected = (0..<rows * columns).map { index -> Int32 in
        let j = index % columns
        let sum = Rational(Int(a[index])) * Rational(Int(factors[j])) + Rational(Int(offset[j]))
        let quotient = sum / Rational(1 << Int(shift[j]))
        let exact = Int(quotient.roundedHalfEven)
        ties += quotient.denominator == 2 ? 1 : 0
        let limited = min(max(exact, Int(limits.lowerBound)), Int(limits.upperBound))
        saturated += limited == exact ? 0 : 1
        return Int32(limited)
      }
      var out = [Int32](repeating: 0, count: rows * columns)
      let found = KernelTable(limit: instructionSet).scaledSum.sum(
        rows: rows,
        columns: columns,
        a: a,
        lda: columns,
        factorsOfA: factors,
        offset: offset,
        shift: shift,
        limits: limits,
        out: &out,
        outStride: columns
      )
      let isEqual = out == expected
      #expect(isEqual, "\(limits)")
      #expect(found == saturated && ties > 50)
    }
  }
}
