import IntaglioNumerics

extension KernelSelfTest {
  func integerNormalizeChecks() -> [KernelCheck] {
    let truth = KernelTable(limit: .scalar).integerNormalize
    // Bits of |x|, and the largest left shift.
    let widths: [(bits: Int, left: Int?)] = [(3, nil), (17, nil), (31, nil), (12, 6), (25, 15)]
    let cases = widths.flatMap { width in
      (matrixCases + longRows).map { (size: $0, width: width) }
    }
    return tables.map { instructionSet, table in
      check(
        "intaglio_integer_normalize_normalize_i32__\(instructionSet)",
        instructionSet,
        on: cases
      ) {
        let truth = instructionSet == .scalar ? nil : truth
        return normalizeTrial(table.integerNormalize, truth, $0.size, $0.width, &$1)
      }
    }
  }

  private func normalizeTrial(
    _ kernels: IntegerNormalizeKernels,
    _ truth: IntegerNormalizeKernels?,
    _ size: MatrixCase,
    _ width: (bits: Int, left: Int?),
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let bits = Int.random(in: 0...width.bits, using: &generator)
    let values = normalizeRows(size, magnitude: Int32((1 << bits) - 1), &generator)
    let shifts = (0..<size.columns).map { _ in
      UInt8.random(in: 0...UInt8(width.left ?? 0), using: &generator)
    }
    let constants = randomConstants(
      columns: size.columns,
      bits: bits + (width.left ?? 0),
      &generator
    )
    let x = GuardedBuffer(values, placement: placement)
    let left = GuardedBuffer(shifts, placement: placement)
    func run(_ kernels: IntegerNormalizeKernels) -> GuardedBuffer<Int32> {
      let out = GuardedBuffer([Int32](repeating: 77, count: size.outCount), placement: placement)
      kernels.normalize(
        rows: size.rows,
        columns: size.columns,
        x: x.base,
        stride: size.stride,
        left: width.left == nil ? nil : UnsafePointer(left.base),
        constants: constants,
        out: out.base,
        outStride: size.outStride
      )
      return out
    }
    if let truth { return KernelTrial(run(kernels), run(truth).values) }
    let rows = (0..<size.rows).map { row in
      normalized(
        (0..<size.columns).map { Int64(values[row * size.stride + $0]) << Int64(shifts[$0]) },
        constants
      )
    }
    return KernelTrial(run(kernels), size.result(gap: Int32(77)) { rows[$0][$1] })
  }

  /// Random rows up to `magnitude`, the extremes often, and constant rows.
  private func normalizeRows(
    _ size: MatrixCase,
    magnitude: Int32,
    _ generator: inout SplitMix64
  ) -> [Int32] {
    let constant = Int32.random(in: -magnitude...magnitude, using: &generator)
    let kind = Int.random(in: 0..<5, using: &generator)
    return (0..<size.count).map { _ in
      switch kind {
      case 0: constant
      case 1: Bool.random(using: &generator) ? magnitude : -magnitude
      default: Int32.random(in: -magnitude...magnitude, using: &generator)
      }
    }
  }

  /// Constants that keep to the limits of the kernel for numbers below 2^bits.
  private func randomConstants(
    columns: Int,
    bits: Int,
    _ generator: inout SplitMix64
  ) -> IntegerNormalizeKernels.Constants {
    let columnBits = Int.bitWidth - columns.leadingZeroBitCount
    let roots = 1...min(31, 62 - columnBits - bits)
    let scales = 0...(125 - 2 * (columnBits + bits)) / 2
    let epsilon =
      UInt128.random(in: 0..<(1 << 125), using: &generator)
      >> UInt128.random(in: 0...125, using: &generator)
    return IntegerNormalizeKernels.Constants(
      isCentered: Bool.random(using: &generator),
      epsilon: epsilon,
      scaleBits: min(124, 2 * Int.random(in: scales, using: &generator)),
      rootBits: Bool.random(using: &generator)
        ? roots.upperBound : Int.random(in: roots, using: &generator),
      fractionBits: Int.random(in: 0...29 - (columnBits + 1) / 2, using: &generator)
    )
  }

  /// (19) and (21).
  private func normalized(
    _ x: [Int64],
    _ constants: IntegerNormalizeKernels.Constants
  ) -> [Int32] {
    let count = Int128(x.count)
    let sum = constants.isCentered ? x.reduce(0) { $0 + Int128($1) } : 0
    let squares = x.reduce(Int128(0)) { $0 + Int128($1) * Int128($1) }
    var w = UInt128(count * squares - sum * sum) << UInt128(constants.scaleBits)
    w += constants.epsilon
    guard w > 0 else { return x.map { _ in 0 } }
    var t = 0
    while w >= 1 << 64 { (w, t) = (w >> 2, t + 1) }
    while w < 1 << 62 { (w, t) = (w << 2, t - 1) }
    // Bit by bit.
    var root: UInt128 = 0
    for bit in (0..<32).reversed() {
      let next = root + (UInt128(1) << UInt128(bit))
      if next * next <= w { root = next }
    }
    let g = Int128((1 << 62) / root) >> Int128(31 - constants.rootBits)
    let shift =
      31 + constants.rootBits - constants.fractionBits - constants.scaleBits / 2 + t
    return x.map { Int32(((count * Int128($0) - sum) * g) >> Int128(shift)) }
  }
}
