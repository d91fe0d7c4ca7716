import IntaglioNumerics

extension KernelSelfTest {
  func lookupChecks() -> [KernelCheck] {
    let cases = [1, 2, 256, 5000].flatMap { count in matrixCases.map { (size: $0, count: count) } }
    return tables.map { instructionSet, table in
      check("intaglio_lookup_lookup_i32__\(instructionSet)", instructionSet, on: cases) {
        lookupTrial(table.lookup, $0.size, count: $0.count, &$1)
      }
    }
  }

  private func lookupTrial(
    _ kernels: LookupKernels,
    _ size: MatrixCase,
    count: Int,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    // At both ends of the type, and inside.
    let first =
      [.min, Int32.max - Int32(count - 1), -Int32(count / 2)]
      .randomElement(using: &generator) ?? 0
    let extremes = randomIntegers(size.count, &generator)
    let values = extremes.map { value in
      Bool.random(using: &generator)
        ? value : first &+ Int32.random(in: -2...Int32(count + 1), using: &generator)
    }
    let entries = randomBytes(count, &generator)
    let index = GuardedBuffer(values, placement: placement)
    let table = GuardedBuffer(entries, placement: placement)
    let out = GuardedBuffer([UInt8](repeating: 77, count: size.outCount), placement: placement)
    kernels.lookup(
      rows: size.rows,
      columns: size.columns,
      index: index.base,
      stride: size.stride,
      first: first,
      count: count,
      table: table.base,
      out: out.base,
      outStride: size.outStride
    )
    let expected = size.result(gap: UInt8(77)) { i, j in
      entries[min(max(Int(values[i * size.stride + j]) - Int(first), 0), count - 1)]
    }
    return KernelTrial(out, expected)
  }
}
