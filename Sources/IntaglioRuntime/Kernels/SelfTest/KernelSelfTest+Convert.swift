import IntaglioNumerics

extension KernelSelfTest {
  func convertChecks() -> [KernelCheck] {
    tables.flatMap { instructionSet, table in
      let kernels = table.convert
      return [
        check("intaglio_convert_row_sums_u8__\(instructionSet)", instructionSet, on: matrixCases) {
          rowSumsTrial(kernels, $0, &$1)
        },
        check("intaglio_convert_offset_x8__\(instructionSet)", instructionSet, on: matrixCases) {
          offsetTrial(kernels, $0, &$1)
        },
        check("intaglio_convert_distances_i32__\(instructionSet)", instructionSet, on: matrixCases)
        {
          distancesTrial(kernels, $0, &$1)
        },
      ]
    }
  }

  private func rowSumsTrial(
    _ kernels: ConvertKernels,
    _ size: MatrixCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let values = randomBytes(size.count, &generator)
    let a = GuardedBuffer(values, placement: placement)
    let sums = GuardedBuffer([Int32](repeating: -77, count: size.rows), placement: placement)
    kernels.rowSums(
      rows: size.rows,
      columns: size.columns,
      a: a.base,
      lda: size.stride,
      sums: sums.base
    )
    let expected = (0..<size.rows).map { row in
      (0..<size.columns).reduce(Int32(0)) { $0 + Int32(values[row * size.stride + $1]) }
    }
    return KernelTrial(sums, expected)
  }

  private func offsetTrial(
    _ kernels: ConvertKernels,
    _ size: MatrixCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let values = randomBytes(size.count, &generator)
    let offset = UInt8.random(in: 0...255, using: &generator)
    let codes = GuardedBuffer(values, placement: placement)
    let out = GuardedBuffer([UInt8](repeating: 77, count: size.outCount), placement: placement)
    kernels.offset(
      rows: size.rows,
      columns: size.columns,
      codes: codes.base,
      stride: size.stride,
      by: offset,
      out: out.base,
      outStride: size.outStride
    )
    let expected = size.result(gap: UInt8(77)) { values[$0 * size.stride + $1] &+ offset }
    return KernelTrial(out, expected)
  }

  private func distancesTrial(
    _ kernels: ConvertKernels,
    _ size: MatrixCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let values = randomIntegers(size.count, &generator)
    let fromLargest = Bool.random(using: &generator)
    let x = GuardedBuffer(values, placement: placement)
    let out = GuardedBuffer([Int32](repeating: 77, count: size.outCount), placement: placement)
    kernels.distances(
      rows: size.rows,
      columns: size.columns,
      x: x.base,
      stride: size.stride,
      fromLargest: fromLargest,
      out: out.base,
      outStride: size.outStride
    )
    let expected = size.result(gap: Int32(77)) { i, j in
      let row = values[i * size.stride..<i * size.stride + size.columns].map(Int.init)
      let extreme = (fromLargest ? row.max() : row.min()) ?? 0
      return Int32(min(abs(extreme - row[j]), Int(Int32.max) - 1))
    }
    return KernelTrial(out, expected)
  }

  /// Random bytes; a quarter of the time nothing but 255.
  func randomBytes(_ count: Int, _ generator: inout SplitMix64) -> [UInt8] {
    let least: UInt8 = Int.random(in: 0..<4, using: &generator) == 0 ? 255 : 0
    return (0..<count).map { _ in UInt8.random(in: least...255, using: &generator) }
  }

  /// Random numbers of every magnitude, the extremes of the type among them.
  func randomIntegers(_ count: Int, _ generator: inout SplitMix64) -> [Int32] {
    (0..<count).map { _ in
      switch Int.random(in: 0..<16, using: &generator) {
      case 0: .min
      case 1: .max
      default:
        Int32.random(in: .min ... .max, using: &generator)
          >> Int32.random(in: 0..<31, using: &generator)
      }
    }
  }
}
