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
  /// What the exact form needs beside the fixed-point one.
  struct Exact: Sendable {
    /// How far a normalized value may be off.
    let margin: Int32
    /// Normalized values → codes that are not too small, where `codes` makes such that are not too
    /// large; `nil` where both come from `codes`, with the margin on either side.
    let upper: Stage.Operation?
    /// A second set of codes.
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

  let constants: IntegerNormalizeKernels.Constants
  /// u8 per column; `nil` where nothing is shifted.
  let left: Region?
  /// i32, `[rows, columns]` of a block.
  let normalized: Region
  let rowsPerBlock: Int
  /// Normalized values → codes.
  let codes: Stage.Operation
  /// `nil` for the fixed-point form.
  let exact: Exact?
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
    let columns = block.columns
    let normalized = memory.pointer(norm.normalized, as: Int32.self)
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
    guard let exact = norm.exact else { return quantize(norm.codes, normalized, into: out) }
    // Codes are decided where both ends of the margin agree.
    let others = memory.pointer(exact.others, as: UInt8.self)
    let second = BlockData(
      base: UnsafeMutableRawPointer(others),
      format: out.format,
      stride: columns
    )
    if let upper = exact.upper {
      quantize(norm.codes, normalized, into: out)
      quantize(upper, normalized, into: second)
    } else {
      let count = block.rows * columns
      for index in 0..<count { normalized[index] &-= exact.margin }
      quantize(norm.codes, normalized, into: out)
      for index in 0..<count { normalized[index] &+= 2 &* exact.margin }
      quantize(norm.codes, normalized, into: second)
    }
    resolve(exact, others)
  }

  private func quantize(
    _ codes: Stage.Operation,
    _ normalized: UnsafeMutablePointer<Int32>,
    into target: BlockData
  ) {
    StagePass(
      block: block,
      data: BlockData(
        base: UnsafeMutableRawPointer(normalized),
        format: .int32,
        stride: block.columns
      ),
      out: target,
      memory: memory,
      table: table
    )
    .run(codes)
  }

  /// Compares squares where the two sets of codes differ.
  private func resolve(_ exact: NormQuantization.Exact, _ others: UnsafePointer<UInt8>) {
    let (codes, x) = (output(as: UInt8.self), input(as: Int32.self))
    let rule: UnsafePointer<Int32> = column(exact.rule)
    for row in 0..<block.rows {
      let (first, second) = (codes + row * out.stride, others + row * block.columns)
      // Nearly every row is decided already.
      if memcmp(first, second, block.columns) == 0 { continue }
      var normalized: (row: NormalizedRow, energy: Rational)?
      for column in 0..<block.columns where first[column] != second[column] {
        let (known, energy) =
          normalized ?? normalizedRow(exact, x + row * data.stride)
        normalized = (known, energy)
        guard let rule = exact.rules(Int(rule[column]), memory) else { continue }
        let ends = [first[column], second[column]].map {
          storedCode($0) - exact.bias - rule.zeroPoint
        }
        let code = NormComparison.rounded(
          multiplier: rule.scale,
          offset: rule.offset,
          deviation: known.deviations[column],
          energy: energy,
          among: min(ends[0], ends[1])...max(ends[0], ends[1])
        )
        first[column] = UInt8(truncatingIfNeeded: code + rule.zeroPoint + exact.bias)
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
