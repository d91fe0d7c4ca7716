import IntaglioNumerics

extension KernelSelfTest {
  func streamChecks() -> [KernelCheck] {
    let truth = KernelTable(limit: .scalar).scaledSum
    let cases = (matrixCases + longRows).flatMap { size in
      [false, true].map { (size: size, hasSecond: $0) }
    }
    return tables.map { instructionSet, table in
      check("intaglio_scaled_sum_sum_i32__\(instructionSet)", instructionSet, on: cases) {
        sumTrial(
          table.scaledSum,
          instructionSet == .scalar ? nil : truth,
          $0.size,
          hasSecond: $0.hasSecond,
          &$1
        )
      }
    }
  }

  /// Rows of real networks that are longer than a few registers.
  var longRows: [MatrixCase] {
    [(3, 197), (2, 768)].map { rows, columns in
      MatrixCase(rows: rows, columns: columns, stride: columns + 3, outStride: columns + 5)
    }
  }

  private func sumTrial(
    _ kernels: ScaledSumKernels,
    _ truth: ScaledSumKernels?,
    _ size: MatrixCase,
    hasSecond: Bool,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let (first, second) = (
      randomIntegers(size.count, &generator), randomIntegers(size.count, &generator)
    )
    let operands = SumOperands(columns: size.columns, hasSecond: hasSecond, &generator)
    let a = GuardedBuffer(first, placement: placement)
    let b = GuardedBuffer(second.map { $0 >> operands.narrowing }, placement: placement)
    let factorsOfA = GuardedBuffer(operands.factorsOfA, placement: placement)
    let factorsOfB = GuardedBuffer(operands.factorsOfB, placement: placement)
    let offset = GuardedBuffer(operands.offsets, placement: placement)
    let shift = GuardedBuffer(operands.shifts, placement: placement)
    func run(_ kernels: ScaledSumKernels) -> LimitedSums {
      let out = GuardedBuffer([Int32](repeating: 77, count: size.outCount), placement: placement)
      let saturated = kernels.sum(
        rows: size.rows,
        columns: size.columns,
        a: a.base,
        lda: size.stride,
        factorsOfA: factorsOfA.base,
        b: hasSecond ? UnsafePointer(b.base) : nil,
        ldb: size.stride,
        factorsOfB: hasSecond ? UnsafePointer(factorsOfB.base) : nil,
        offset: offset.base,
        shift: shift.base,
        limits: operands.limits,
        out: out.base,
        outStride: size.outStride
      )
      return LimitedSums(values: out, saturated: saturated)
    }
    let found = run(kernels)
    if let truth {
      let expected = run(truth)
      return found.trial(expected.values.values, saturated: expected.saturated)
    }
    let (expected, saturated) = operands.sums(first, second, size)
    return found.trial(expected, saturated: saturated)
  }
}

/// What belongs to the columns of a sum, with no term beyond 2⁶¹.
private struct SumOperands {
  let hasSecond: Bool
  let factorsOfA: [Int64]
  let factorsOfB: [Int64]
  let offsets: [Int64]
  let shifts: [Int32]
  /// How many bits the second operand loses, so that its factors may have more.
  let narrowing: Int32
  let limits: ClosedRange<Int32>

  init(columns: Int, hasSecond: Bool, _ generator: inout SplitMix64) {
    func numbers(below bits: Int64) -> [Int64] {
      (0..<columns).map { _ in
        let bound = Int64(1) << Int64.random(in: 0...bits, using: &generator)
        return Int64.random(in: -(bound - 1)...(bound - 1), using: &generator)
      }
    }
    self.hasSecond = hasSecond
    narrowing = Int32.random(in: 0...31, using: &generator)
    factorsOfA = numbers(below: hasSecond ? 29 : 30)
    factorsOfB = numbers(below: 29 + Int64(narrowing))
    offsets = numbers(below: 60)
    shifts = (0..<columns).map { _ in Int32.random(in: 0...62, using: &generator) }
    let ranges: [ClosedRange<Int32>] = [
      -128...127, -32768...32767, .min ... .max, 5...5, 1000...70000, -70000 ... -3,
    ]
    limits = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
  }

  /// The sums within their limits, and how many of them are cut off.
  func sums(_ a: [Int32], _ b: [Int32], _ size: MatrixCase) -> (sums: [Int32], saturated: Int) {
    var saturated = 0
    let sums = size.result(gap: Int32(77)) { row, column in
      let index = row * size.stride + column
      let value = rounded(a[index], b[index], column: column)
      let limited = min(max(value, Int64(limits.lowerBound)), Int64(limits.upperBound))
      saturated += limited == value ? 0 : 1
      return Int32(limited)
    }
    return (sums, saturated)
  }

  /// (16) of the sum, as quotient and remainder.
  private func rounded(_ a: Int32, _ b: Int32, column: Int) -> Int64 {
    let second = Int64(b >> narrowing) * factorsOfB[column]
    let sum = Int64(a) * factorsOfA[column] + (hasSecond ? second : 0) + offsets[column]
    let unit = Int64(1) << Int64(shifts[column])
    let floor = sum >> Int64(shifts[column])
    let twice = 2 * (sum - floor * unit)
    return floor + (twice > unit || (twice == unit && floor % 2 != 0) ? 1 : 0)
  }
}

/// What the kernel writes, and how many elements it cut off.
private struct LimitedSums: ~Copyable {
  let values: GuardedBuffer<Int32>
  let saturated: Int

  func trial(_ expected: [Int32], saturated expectedCount: Int) -> KernelTrial {
    var trial = KernelTrial(values, expected)
    if trial.failure == nil, saturated != expectedCount {
      trial.failure = "expected \(expectedCount) saturated elements, found \(saturated)"
    }
    return trial
  }
}
