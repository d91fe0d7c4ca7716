#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import IntaglioGraph
import IntaglioNumerics

extension StagePass {
  func norm(_ norm: NormQuantization) {
    memory.require(block.columns <= Self.mostColumns, "rows of at most 2²⁰ columns")
    switch norm.method {
    case .fixedPoint(let fixedPoint): normalize(norm, fixedPoint)
    case .exact(let exact): ExactNormPass(self, norm, exact).run()
    }
  }

  private func normalize(_ norm: NormQuantization, _ fixedPoint: NormQuantization.FixedPoint) {
    let columns = block.columns
    let normalized = memory.write(
      fixedPoint.normalized,
      block.grid(rowStride: columns),
      as: Int32.self
    )
    let x = input(as: Int32.self)
    let left = norm.left.map { memory.read($0, Grid(columns: columns), as: UInt8.self) }
    if memory.runs {
      kernels.integerNormalize.normalize(
        rows: block.rows,
        columns: columns,
        x: x,
        stride: data.stride,
        left: left,
        constants: norm.constants,
        out: normalized,
        outStride: columns
      )
    }
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
    .requantize(fixedPoint.codes)
  }
}

/// A norm whose codes are decided by comparing squares where two bounds leave them undecided.
private struct ExactNormPass {
  let pass: StagePass
  let norm: NormQuantization
  let exact: NormQuantization.Exact
  let x: UnsafePointer<Int32>
  let sink: UnsafeMutablePointer<UInt8>
  let left: UnsafePointer<UInt8>?
  let weights: UnsafePointer<Int32>
  let multipliers: UnsafePointer<Int32>
  let (lower, upper): (UnsafePointer<Int32>, UnsafePointer<Int32>)
  /// Which rows are undecided, a byte each.
  let undecided: UnsafeMutablePointer<UInt8>
  /// The upper codes of one row.
  let others: UnsafeMutablePointer<UInt8>
  /// Which rule each column follows.
  let rule: UnsafePointer<Int32>
  let rules: UnsafeRawBufferPointer

  init(_ pass: StagePass, _ norm: NormQuantization, _ exact: NormQuantization.Exact) {
    let (memory, block) = (pass.memory, pass.block)
    let row = Grid(columns: block.columns)
    (self.pass, self.norm, self.exact) = (pass, norm, exact)
    x = pass.input(as: Int32.self)
    sink = pass.output(as: UInt8.self)
    left = norm.left.map { memory.read($0, row, as: UInt8.self) }
    weights = memory.read(exact.weights, row, as: Int32.self)
    multipliers = pass.column(exact.multipliers)
    (lower, upper) = (pass.column(exact.lower), pass.column(exact.upper))
    undecided = memory.write(exact.undecided, Grid(columns: block.rows), as: UInt8.self)
    others = memory.write(exact.others, row, as: UInt8.self)
    rule = pass.column(exact.rule)
    rules = exact.rules.bytes(memory)
    memory.require(exact.lefts.count >= block.columns, "a shift for every column")
  }

  func run() {
    guard pass.memory.runs else { return }
    codes(rows: 0..<pass.block.rows, addends: lower, out: sink, undecided: undecided)
    // Nearly every row is decided.
    for row in 0..<pass.block.rows where undecided[row] != 0 { resolve(row) }
  }

  private func codes(
    rows: Range<Int>,
    addends: UnsafePointer<Int32>,
    out codes: UnsafeMutablePointer<UInt8>,
    undecided: UnsafeMutablePointer<UInt8>
  ) {
    pass.kernels.integerNormalize.codes(
      rows: rows.count,
      columns: pass.block.columns,
      x: x + rows.lowerBound * pass.data.stride,
      stride: pass.data.stride,
      left: left,
      constants: norm.constants,
      weights: weights,
      multipliers: multipliers,
      addends: addends,
      scaling: exact.scaling,
      out: codes,
      outStride: pass.out.stride,
      undecided: undecided
    )
  }

  /// Compares squares where the two bounds of a row give different codes.
  private func resolve(_ row: Int) {
    var isUndecided: UInt8 = 0
    codes(rows: row..<row + 1, addends: upper, out: others, undecided: &isUndecided)
    let codes = sink + row * pass.out.stride
    let x = x + row * pass.data.stride
    let columns = pass.block.columns
    var normalized: (row: NormalizedRow, energy: Rational)?
    for start in stride(from: 0, to: columns, by: 64) {
      let end = min(start + 64, columns)
      // Nearly every piece of a row is decided.
      if memcmp(codes + start, others + start, end - start) == 0 { continue }
      for column in start..<end where codes[column] != others[column] {
        guard let (known, energy) = normalized ?? normalizedRow(x) else { return }
        normalized = (known, energy)
        guard let rule = exact.rules(Int(rule[column]), in: rules) else { continue }
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

  /// `nil` where the row is longer than any that a plan was made for.
  private func normalizedRow(
    _ x: UnsafePointer<Int32>
  ) -> (row: NormalizedRow, energy: Rational)? {
    let elements = (0..<pass.block.columns).map { Int(x[$0]) << exact.lefts[$0] }
    guard elements.allSatisfy({ $0.magnitude < NormalizedRow.limit }) else { return nil }
    let row = NormalizedRow(elements, isCentered: exact.isCentered)
    return (row, row.energy(withEpsilon: exact.epsilon))
  }

  /// The byte as the stored number that it is.
  private func storedCode(_ byte: UInt8) -> Int {
    pass.out.format.code?.isSigned == true ? Int(Int8(bitPattern: byte)) : Int(byte)
  }
}
