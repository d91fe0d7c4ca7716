extension ReduceStep {
  /// Asks for everything that `run` would touch.
  func walk(_ memory: Memory) {
    let isApart = sink.isApart(rows: rows, columns: columns)
    memory.require(isApart, "results that do not lie on one another")
    run(memory)
  }

  func run(_ memory: Memory) {
    switch format {
    case .float32:
      reduce(memory, from: Float.self, to: Float.self, zero: 0.0, add: { $0 + Double($1) }) {
        Float(isMean ? $0 / Double(extent) : $0)
      }
    case .int32: sum(memory, from: Int32.self, bias: 0)
    case .code(let code) where code.isSigned: sum(memory, from: Int8.self, bias: code.bias)
    case .code(let code): sum(memory, from: UInt8.self, bias: code.bias)
    }
  }

  /// What one outer iteration reads and writes: from the first element of the first result to the
  /// last of the last.
  @inline(__always)
  private func operands<In, Out>(
    _ outer: Int,
    _ memory: Memory,
    from: In.Type,
    to: Out.Type
  ) -> (UnsafePointer<In>, UnsafeMutablePointer<Out>) {
    let start = source.element(outer, 0, memory)
    // An empty sum reads nothing.
    let grid = source.grid(rows: extent == 0 ? 0 : rows, columns: columns)
    _ = memory.read(source.region, at: start + max(extent - 1, 0) * stride, grid, as: from)
    return (
      memory.read(source.region, at: start, grid, as: from),
      memory.write(
        sink.region,
        at: sink.element(outer, 0, memory),
        sink.grid(rows: rows, columns: columns),
        as: to
      )
    )
  }

  /// Sums of integers modulo 2³², in the order in which they lie in memory.
  @inline(__always)
  private func sum<In: FixedWidthInteger>(_ memory: Memory, from: In.Type, bias: Int) {
    let excess = Int32(truncatingIfNeeded: extent * bias)
    for outer in 0..<outerCount {
      guard memory.isSound else { break }
      let (a, b) = operands(outer, memory, from: from, to: Int32.self)
      guard memory.runs else { continue }
      for row in 0..<rows {
        let first = a + row * source.cursor.rowStride
        let sums = b + row * sink.cursor.rowStride
        if source.cursor.columnStride == 1, sink.cursor.columnStride == 1 {
          addRows(first, to: sums, excess)
        } else {
          for column in 0..<columns {
            let x = first + column * source.cursor.columnStride
            sums[column * sink.cursor.columnStride] = sumOfRow(x) &- excess
          }
        }
      }
    }
  }

  /// Columns side by side, one element of the reduced axis after the other.
  @inline(__always)
  private func addRows<In: FixedWidthInteger>(
    _ x: UnsafePointer<In>,
    to sums: UnsafeMutablePointer<Int32>,
    _ excess: Int32
  ) {
    for column in 0..<columns { sums[column] = 0 &- excess }
    for index in 0..<extent {
      let row = x + index * stride
      for column in 0..<columns { sums[column] &+= Int32(truncatingIfNeeded: row[column]) }
    }
  }

  @inline(__always)
  private func sumOfRow<In: FixedWidthInteger>(_ x: UnsafePointer<In>) -> Int32 {
    var sum: Int32 = 0
    if stride == 1 {
      for index in 0..<extent { sum &+= Int32(truncatingIfNeeded: x[index]) }
    } else {
      for index in 0..<extent { sum &+= Int32(truncatingIfNeeded: x[index * stride]) }
    }
    return sum
  }

  @inline(__always)
  private func reduce<In, Out, Sum>(
    _ memory: Memory,
    from: In.Type,
    to: Out.Type,
    zero: Sum,
    add: (Sum, In) -> Sum,
    finish: (Sum) -> Out
  ) {
    for outer in 0..<outerCount {
      guard memory.isSound else { break }
      let (a, b) = operands(outer, memory, from: from, to: to)
      guard memory.runs else { continue }
      for row in 0..<rows {
        for column in 0..<columns {
          let first = row * source.cursor.rowStride + column * source.cursor.columnStride
          var sum = zero
          for index in 0..<extent { sum = add(sum, a[first + index * stride]) }
          b[row * sink.cursor.rowStride + column * sink.cursor.columnStride] = finish(sum)
        }
      }
    }
  }
}
