#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
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
    let codes: Stage.Operation
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
    kernels.lookup.lookup(
      rows: block.rows,
      columns: block.columns,
      index: input(as: Int32.self),
      stride: data.stride,
      first: first,
      count: count,
      table: UnsafePointer(memory.pointer(table, as: UInt8.self)),
      out: output(as: UInt8.self),
      outStride: out.stride
    )
  }

  func lookup(rises: Int, falls: Int, _ cells: Region) {
    kernels.lookup.lookup(
      rows: block.rows,
      columns: block.columns,
      index: input(as: Int32.self),
      stride: data.stride,
      rises: rises,
      falls: falls,
      cells: UnsafePointer(memory.pointer(cells, as: UInt8.self)),
      out: output(as: UInt8.self),
      outStride: out.stride
    )
  }

  func stream(_ stream: StreamSumming) {
    let other = stream.other.map { operand($0.place, as: Int32.self) }
    let saturated = kernels.stream.sum(
      rows: block.rows,
      columns: block.columns,
      a: input(as: Int32.self),
      lda: data.stride,
      factorsOfA: column(stream.factors),
      b: other,
      ldb: stream.other?.place.cursor.rowStride ?? 0,
      factorsOfB: stream.other.map { column($0.factors) },
      offset: column(stream.offset),
      shift: column(stream.shift),
      limits: stream.limits,
      out: output(as: Int32.self),
      outStride: out.stride
    )
    memory.counters[stream.counter] += saturated
  }

  func norm(_ norm: NormQuantization) {
    switch norm.method {
    case .fixedPoint(let fixedPoint): normalize(norm, fixedPoint)
    case .exact(let exact):
      let open = memory.pointer(exact.open, as: UInt8.self)
      codes(
        norm,
        exact,
        rows: 0..<block.rows,
        addends: exact.lower,
        out: output(as: UInt8.self),
        open: open
      )
      // Nearly every row is decided.
      for row in 0..<block.rows where open[row] != 0 { resolve(norm, exact, row) }
    }
  }

  private func normalize(_ norm: NormQuantization, _ fixedPoint: NormQuantization.FixedPoint) {
    let columns = block.columns
    let normalized = memory.pointer(fixedPoint.normalized, as: Int32.self)
    kernels.integerNormalize.normalize(
      rows: block.rows,
      columns: columns,
      x: input(as: Int32.self),
      stride: data.stride,
      left: norm.left.map { UnsafePointer(memory.pointer($0, as: UInt8.self)) },
      constants: norm.constants,
      out: normalized,
      outStride: columns
    )
    StagePass(
      block: block,
      data: BlockData(
        base: UnsafeMutableRawPointer(normalized),
        format: .int32,
        stride: columns
      ),
      out: out,
      memory: memory,
      table: table
    )
    .run(fixedPoint.codes)
  }

  private func codes(
    _ norm: NormQuantization,
    _ exact: NormQuantization.Exact,
    rows: Range<Int>,
    addends: Table,
    out codes: UnsafeMutablePointer<UInt8>,
    open: UnsafeMutablePointer<UInt8>
  ) {
    kernels.integerNormalize.codes(
      rows: rows.count,
      columns: block.columns,
      x: input(as: Int32.self) + rows.lowerBound * data.stride,
      stride: data.stride,
      left: norm.left.map { UnsafePointer(memory.pointer($0, as: UInt8.self)) },
      constants: norm.constants,
      weights: UnsafePointer(memory.pointer(exact.weights, as: Int32.self)),
      multipliers: column(exact.multipliers),
      addends: column(addends),
      scaling: exact.scaling,
      out: codes,
      outStride: out.stride,
      open: open
    )
  }

  /// Compares squares where the two bounds of a row give different codes.
  private func resolve(_ norm: NormQuantization, _ exact: NormQuantization.Exact, _ row: Int) {
    let others = memory.pointer(exact.others, as: UInt8.self)
    var isOpen: UInt8 = 0
    codes(norm, exact, rows: row..<row + 1, addends: exact.upper, out: others, open: &isOpen)
    let codes = output(as: UInt8.self) + row * out.stride
    let x = input(as: Int32.self) + row * data.stride
    let rule: UnsafePointer<Int32> = column(exact.rule)
    var normalized: (row: NormalizedRow, energy: Rational)?
    for start in stride(from: 0, to: block.columns, by: 64) {
      let end = min(start + 64, block.columns)
      // Nearly every piece of a row is decided.
      if memcmp(codes + start, others + start, end - start) == 0 { continue }
      for column in start..<end where codes[column] != others[column] {
        let (known, energy) = normalized ?? normalizedRow(exact, x)
        normalized = (known, energy)
        guard let rule = exact.rules(Int(rule[column]), memory) else { continue }
        let ends = [codes[column], others[column]].map {
          storedCode($0) - exact.bias - rule.zeroPoint
        }
        let code = NormComparison.rounded(
          multiplier: rule.scale,
          offset: rule.offset,
          deviation: known.deviations[column],
          energy: energy,
          among: min(ends[0], ends[1])...max(ends[0], ends[1])
        )
        codes[column] = UInt8(truncatingIfNeeded: code + rule.zeroPoint + exact.bias)
      }
    }
  }

  private func normalizedRow(
    _ exact: NormQuantization.Exact,
    _ x: UnsafePointer<Int32>
  ) -> (row: NormalizedRow, energy: Rational) {
    let row = NormalizedRow(
      (0..<block.columns).map { Int(x[$0]) << exact.lefts[$0] },
      isCentered: exact.isCentered
    )
    return (row, row.energy(withEpsilon: exact.epsilon))
  }

  /// The byte as the stored number that it is.
  private func storedCode(_ byte: UInt8) -> Int {
    out.format.code?.isSigned == true ? Int(Int8(bitPattern: byte)) : Int(byte)
  }

  func softmax(_ softmax: SoftmaxQuantization) {
    let rule = softmax.rules[softmax.starts[block.outer]]
    func table<Entry>(of type: Entry.Type) -> UnsafePointer<Entry>? {
      rule.table.map { UnsafePointer(memory.pointer($0, as: type)) }
    }
    kernels.integerSoftmax.softmax(
      rows: block.rows,
      columns: block.columns,
      scores: input(as: Int32.self),
      stride: data.stride,
      constants: rule.constants,
      table: table(of: UInt32.self),
      powers: table(of: UInt16.self),
      scratch: memory.pointer(softmax.scratch, as: UInt32.self),
      out: output(as: UInt8.self),
      outStride: out.stride
    )
  }
}
