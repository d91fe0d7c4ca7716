import IntaglioGraph
import IntaglioNumerics

/// Integers joined on a stream, (17).
struct StreamSumming: Sendable {
  struct Other: Sendable {
    let place: Place
    /// i64 per column.
    let factors: Table
  }

  /// i64 per column.
  let factors: Table
  let other: Other?
  /// i64 per column.
  let offset: Table
  /// i32 per column.
  let shift: Table
  let limits: ClosedRange<Int32>
  /// Which counter of the worker takes what saturates.
  let counter: Int
}

/// Rows of integers normalized and quantized, (19) to (22).
struct NormQuantization: Sendable {
  /// Normalized values first, codes of them as of accumulators.
  struct FixedPoint: Sendable {
    /// i32, `[rows, columns]` of a block.
    let normalized: Region
    /// Normalized values → codes.
    let codes: Requantization
  }

  /// Codes at once, with squares compared in rows that two bounds leave open.
  struct Exact: Sendable {
    /// columns · 2^left, i32 per column.
    let weights: Region
    /// i32 per column.
    let multipliers: Table
    /// i32 per column: those that make no code too large, and no code too small.
    let lower: Table
    let upper: Table
    let scaling: IntegerNormalizeKernels.CodeScaling
    /// Which rows of a block are open, a byte each.
    let open: Region
    /// The upper codes of one row.
    let others: Region
    let lefts: [Int]
    let isCentered: Bool
    let epsilon: Rational
    let rules: ExactRules
    /// Which rule each column follows, i32.
    let rule: Table
    /// What is added to a code before it is stored.
    let bias: Int
  }

  enum Method: Sendable {
    case fixedPoint(FixedPoint)
    case exact(Exact)
  }

  let constants: IntegerNormalizeKernels.Constants
  /// u8 per column; `nil` where nothing is shifted.
  let left: Region?
  let method: Method
}

/// Scores → codes of their softmax, (23) to (25).
struct SoftmaxQuantization: Sendable {
  struct Rule: Sendable {
    let constants: IntegerSoftmaxKernels.Constants
    /// u32 of fractions or u16 of distances, as the exponential reads it.
    let table: Region?
  }

  let rules: [Rule]
  /// Which rule each outer iteration follows.
  let starts: [Int]
  /// `scratchCount` of u32.
  let scratch: Region
}

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

  func stream(_ stream: StreamSumming) {
    let (a, sink) = (input(as: Int32.self), output(as: Int32.self))
    let factors: UnsafePointer<Int64> = column(stream.factors)
    let other = stream.other.map { operand($0.place, as: Int32.self) }
    let otherFactors: UnsafePointer<Int64>? = stream.other.map { column($0.factors) }
    let offset: UnsafePointer<Int64> = column(stream.offset)
    let shift: UnsafePointer<Int32> = column(stream.shift)
    let counter = memory.counter(stream.counter)
    guard memory.runs else { return }
    counter.pointee += kernels.stream.sum(
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
