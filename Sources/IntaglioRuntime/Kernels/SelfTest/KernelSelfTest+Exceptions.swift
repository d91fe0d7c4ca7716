import IntaglioNumerics

extension KernelSelfTest {
  func exceptionChecks() -> [KernelCheck] {
    let cases = [0, 1, 3].flatMap { count in matrixCases.map { (size: $0, count: count) } }
    return tables.map { instructionSet, table in
      check("intaglio_exceptions_replace_i32__\(instructionSet)", instructionSet, on: cases) {
        exceptionTrial(table.exceptions, $0.size, count: $0.count, &$1)
      }
    }
  }

  private func exceptionTrial(
    _ kernels: ExceptionKernels,
    _ size: MatrixCase,
    count: Int,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    // Few different numbers, so that many are exceptions.
    let numbers: [Int32] = [.min, -1, 0, 1, .max]
    func draw(_ count: Int) -> [Int32] {
      (0..<count).map { _ in numbers.randomElement(using: &generator) ?? 0 }
    }
    let accumulators = draw(size.count)
    let replaced = draw(count * size.columns)
    let new = randomBytes(count * size.columns, &generator)
    let old = randomBytes(size.outCount, &generator)
    let acc = GuardedBuffer(accumulators, placement: placement)
    let values = GuardedBuffer(replaced, placement: placement)
    let codes = GuardedBuffer(new, placement: placement)
    let out = GuardedBuffer(old, placement: placement)
    kernels.replace(
      rows: size.rows,
      columns: size.columns,
      accumulators: acc.base,
      stride: size.stride,
      count: count,
      values: values.base,
      codes: codes.base,
      out: out.base,
      outStride: size.outStride
    )
    var expected = old
    for i in 0..<size.rows {
      for j in 0..<size.columns {
        for e in 0..<count
        where accumulators[i * size.stride + j] == replaced[e * size.columns + j] {
          expected[i * size.outStride + j] = new[e * size.columns + j]
        }
      }
    }
    return KernelTrial(out, expected)
  }
}
