import IntaglioGraph
import IntaglioNumerics

extension StagePass {
  func rowDistances(fromLargest: Bool) {
    let (x, sink) = (input(as: Int32.self), output(as: Int32.self))
    guard memory.runs else { return }
    kernels.convert.distances(
      rows: block.rows,
      columns: block.columns,
      x: x,
      stride: data.stride,
      fromLargest: fromLargest,
      out: sink,
      outStride: out.stride
    )
  }

  func lookup(_ lookup: RowLookup) {
    let (distances, sink) = (input(as: Int32.self), output(as: UInt8.self))
    let table = memory.read(
      lookup.tables,
      at: memory.start(lookup.starts, block.outer),
      Grid(columns: lookup.count),
      as: UInt8.self
    )
    guard memory.runs else { return }
    kernels.lookup.lookup(
      rows: block.rows,
      columns: block.columns,
      index: distances,
      stride: data.stride,
      first: 0,
      count: lookup.count,
      table: table,
      out: sink,
      outStride: out.stride
    )
  }

  func quotient(_ quotient: QuotientStage) {
    let cursor = quotient.divisor.cursor
    memory.require(cursor.columnStride == 0 || block.columns <= 1, "a divisor for each row")
    let (a, sink) = (input(as: Int32.self), output(as: UInt8.self))
    let divisors = operand(
      quotient.divisor,
      Grid(rows: block.rows, rowStride: cursor.rowStride, columns: 1),
      as: Int32.self
    )
    let multiplier: UnsafePointer<Double> = column(quotient.multiplier)
    let offset: UnsafePointer<Double> = column(quotient.offset)
    let zero: UnsafePointer<Int32> = column(quotient.zero)
    let rule: UnsafePointer<Int32> = column(quotient.rule)
    let undecided = memory.write(quotient.undecided, Grid(columns: block.rows), as: UInt8.self)
    let rules = quotient.rules.bytes(memory)
    guard memory.runs else { return }
    kernels.quantize.quotient(
      rows: block.rows,
      columns: block.columns,
      a: a,
      stride: data.stride,
      divisor: divisors,
      divisorStride: cursor.rowStride,
      multiplier: multiplier,
      offset: offset,
      zero: zero,
      limits: quotient.limits,
      out: sink,
      outStride: out.stride,
      undecided: undecided
    )
    // Nearly every row is decided.
    for row in 0..<block.rows where undecided[row] != 0 {
      let divisor = Int(divisors[row * cursor.rowStride])
      let inverse = divisor == 0 ? 0 : 1 / Double(divisor)
      let (numbers, codes) = (a + row * data.stride, sink + row * out.stride)
      for column in 0..<block.columns {
        let part = Double(numbers[column]) * inverse * multiplier[column]
        guard QuotientRounding.isInDoubt(part, offset: offset[column]),
          let exact = quotient.rules(Int(rule[column]), in: rules)
        else { continue }
        let shift = exact.zeroPoint + quotient.bias
        let code = QuotientRounding.rounded(
          Int(numbers[column]),
          over: divisor,
          multiplier: exact.scale,
          offset: exact.offset,
          within: Int(quotient.limits.lowerBound) - shift...Int(quotient.limits.upperBound) - shift
        )
        codes[column] = UInt8(truncatingIfNeeded: code + shift)
      }
    }
  }
}
