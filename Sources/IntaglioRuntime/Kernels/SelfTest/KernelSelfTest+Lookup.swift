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

  /// Lookups by cells, which few instruction sets have of their own.
  func cellChecks() -> [KernelCheck] {
    let cases = [(0, 0), (1, 0), (0, 1), (3, 1), (7, 9)].flatMap { (rises, falls) in
      matrixCases.map { (size: $0, rises: rises, falls: falls) }
    }
    return instructionSets.map { ($0, table(limit: $0).lookup) }
      .filter { $0 == $1.cellsInstructionSet }
      .map { instructionSet, kernels in
        check("intaglio_lookup_cells_i32__\(instructionSet)", instructionSet, on: cases) {
          cellTrial(kernels, $0.size, rises: $0.rises, falls: $0.falls, &$1)
        }
      }
  }

  private func cellTrial(
    _ kernels: LookupKernels,
    _ size: MatrixCase,
    rises: Int,
    falls: Int,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    // Any number, those that fit in 16 bits, and both sides of where these end.
    let indices = randomIntegers(size.count, &generator).map { value in
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: value
      case 1: (value < 0 ? -0x8000 : 0x7FFF) + Int32.random(in: -2...2, using: &generator)
      default: Int32.random(in: -0x8000...0x7FFF, using: &generator)
      }
    }
    let bytes = randomBytes((1 + rises + falls) * 256, &generator)
    let index = GuardedBuffer(indices, placement: placement)
    let cells = GuardedBuffer(bytes, placement: placement)
    let out = GuardedBuffer([UInt8](repeating: 77, count: size.outCount), placement: placement)
    kernels.lookup(
      rows: size.rows,
      columns: size.columns,
      index: index.base,
      stride: size.stride,
      rises: rises,
      falls: falls,
      cells: cells.base,
      out: out.base,
      outStride: size.outStride
    )
    let expected = size.result(gap: UInt8(77)) { i, j in
      let word = UInt16(bitPattern: Int16(clamping: indices[i * size.stride + j]))
      let (cell, low) = (Int(word >> 8), UInt8(truncatingIfNeeded: word))
      func count(_ rows: Range<Int>) -> Int { rows.count { bytes[$0 * 256 + cell] < low } }
      let steps = count(1..<1 + rises) - count(1 + rises..<1 + rises + falls)
      return UInt8(truncatingIfNeeded: Int(bytes[cell]) + steps)
    }
    return KernelTrial(out, expected)
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
