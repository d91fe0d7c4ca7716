import IntaglioGraph
import IntaglioNumerics

extension StagePass {
  func lookup(_ first: Int32, _ count: Int, _ table: Region) {
    let (index, sink) = (input(as: Int32.self), output(as: UInt8.self))
    let entries = memory.read(table, Grid(columns: count), as: UInt8.self)
    guard memory.runs else { return }
    kernels.lookup.lookup(
      rows: block.rows,
      columns: block.columns,
      index: index,
      stride: data.stride,
      first: first,
      count: count,
      table: entries,
      out: sink,
      outStride: out.stride
    )
  }

  func lookup(rises: Int, falls: Int, _ cells: Region) {
    let (index, sink) = (input(as: Int32.self), output(as: UInt8.self))
    let rows = memory.read(cells, Grid(columns: (1 + rises + falls) * 256), as: UInt8.self)
    guard memory.runs else { return }
    kernels.lookup.lookup(
      rows: block.rows,
      columns: block.columns,
      index: index,
      stride: data.stride,
      rises: rises,
      falls: falls,
      cells: rows,
      out: sink,
      outStride: out.stride
    )
  }

  func stream(_ stream: ScaledSumStage) {
    let (a, sink) = (input(as: Int32.self), output(as: Int32.self))
    let factors: UnsafePointer<Int64> = column(stream.factors)
    let other = stream.other.map { operand($0.place, as: Int32.self) }
    let otherFactors: UnsafePointer<Int64>? = stream.other.map { column($0.factors) }
    let offset: UnsafePointer<Int64> = column(stream.offset)
    let shift: UnsafePointer<Int32> = column(stream.shift)
    let counter = memory.counter(stream.counter)
    guard memory.runs else { return }
    counter.pointee += kernels.scaledSum.sum(
      rows: block.rows,
      columns: block.columns,
      a: a,
      lda: data.stride,
      factorsOfA: factors,
      b: other,
      ldb: stream.other?.place.cursor.rowStride ?? 0,
      factorsOfB: otherFactors,
      offset: offset,
      shift: shift,
      limits: stream.limits,
      out: sink,
      outStride: out.stride
    )
  }

  func softmax(_ softmax: SoftmaxQuantization) {
    let index = memory.start(softmax.starts, block.outer)
    memory.require(block.columns <= Self.mostColumns, "rows of at most 2²⁰ columns")
    guard softmax.rules.indices.contains(index) else {
      memory.require(false, "a rule for every outer iteration")
      return
    }
    let rule = softmax.rules[index]
    let (scores, sink) = (input(as: Int32.self), output(as: UInt8.self))
    let count = IntegerSoftmaxKernels.scratchCount(columns: block.columns)
    let scratch = memory.write(softmax.scratch, Grid(columns: count), as: UInt32.self)
    let exponential = rule.constants.exponential
    memory.require(
      exponential.tableBytes == nil || rule.table != nil,
      "the table of an exponential"
    )
    let table = rule.table.map { memory.bytes($0, Grid(columns: exponential.tableBytes ?? 0)) }
    guard memory.runs else { return }
    kernels.integerSoftmax.softmax(
      rows: block.rows,
      columns: block.columns,
      scores: scores,
      stride: data.stride,
      constants: rule.constants,
      table: table.map { UnsafePointer($0.assumingMemoryBound(to: UInt32.self)) },
      powers: table.map { UnsafePointer($0.assumingMemoryBound(to: UInt16.self)) },
      scratch: scratch,
      out: sink,
      outStride: out.stride
    )
  }

  /// What the kernels of rows take at most.
  static var mostColumns: Int { 1 << 20 }
}

extension IntegerSoftmaxKernels.Exponential {
  /// Bytes of the table that it reads; `nil` where it reads none.
  fileprivate var tableBytes: Int? {
    switch self {
    case .base2(_, _, _, let fractionBits): 4 << fractionBits
    case .base2Product: 4 * (64 + 32)
    case .distances(let count): 2 * count
    case .shiftmax: nil
    }
  }
}
