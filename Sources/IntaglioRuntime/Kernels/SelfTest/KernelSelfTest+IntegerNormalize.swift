import IntaglioNumerics

extension KernelSelfTest {
  func integerNormalizeChecks() -> [KernelCheck] {
    let truth = KernelTable(limit: .scalar).integerNormalize
    // Bits of |x|, and the largest left shift.
    let widths: [(bits: Int, left: Int?)] = [(3, nil), (17, nil), (31, nil), (12, 6), (25, 15)]
    let cases = widths.flatMap { width in
      (matrixCases + longRows).map { (size: $0, width: width) }
    }
    return tables.flatMap { instructionSet, table in
      let truth = instructionSet == .scalar ? nil : truth
      func check(
        _ kernel: String,
        _ trial: (NormOperands, IntegerNormalizeKernels?, inout SplitMix64) -> KernelTrial
      ) -> KernelCheck {
        self.check(
          "intaglio_integer_normalize_\(kernel)__\(instructionSet)",
          instructionSet,
          on: cases
        ) {
          trial(operands($0.size, $0.width, &$1), truth, &$1)
        }
      }
      return [
        check("normalize_i32") { operands, truth, _ in
          normalizeTrial(table.integerNormalize, truth, operands)
        },
        check("codes_i32") { codesTrial(table.integerNormalize, $1, $0, &$2) },
      ]
    }
  }

  private func normalizeTrial(
    _ kernels: IntegerNormalizeKernels,
    _ truth: IntegerNormalizeKernels?,
    _ operands: NormOperands
  ) -> KernelTrial {
    let size = operands.size
    let x = GuardedBuffer(operands.values, placement: placement)
    let left = GuardedBuffer(operands.shifts, placement: placement)
    func run(_ kernels: IntegerNormalizeKernels) -> GuardedBuffer<Int32> {
      let out = GuardedBuffer([Int32](repeating: 77, count: size.outCount), placement: placement)
      kernels.normalize(
        rows: size.rows,
        columns: size.columns,
        x: x.base,
        stride: size.stride,
        left: operands.isShifted ? UnsafePointer(left.base) : nil,
        constants: operands.constants,
        out: out.base,
        outStride: size.outStride
      )
      return out
    }
    if let truth { return KernelTrial(run(kernels), run(truth).values) }
    let rows = operands.normalizedRows
    return KernelTrial(run(kernels), size.result(gap: Int32(77)) { rows[$0][$1] })
  }

  private func codesTrial(
    _ kernels: IntegerNormalizeKernels,
    _ truth: IntegerNormalizeKernels?,
    _ operands: NormOperands,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let size = operands.size
    let codes = RandomCodeScaling(columns: size.columns, isSmall: operands.isSmall, &generator)
    let x = GuardedBuffer(operands.values, placement: placement)
    let left = GuardedBuffer(operands.shifts, placement: placement)
    let weights = GuardedBuffer(operands.weights, placement: placement)
    let multipliers = GuardedBuffer(codes.multipliers, placement: placement)
    let addends = GuardedBuffer(codes.addends, placement: placement)
    func run(_ kernels: IntegerNormalizeKernels) -> DecidedCodes {
      let out = DecidedCodes(size, placement)
      kernels.codes(
        rows: size.rows,
        columns: size.columns,
        x: x.base,
        stride: size.stride,
        left: operands.isShifted ? UnsafePointer(left.base) : nil,
        constants: operands.constants,
        weights: weights.base,
        multipliers: multipliers.base,
        addends: addends.base,
        scaling: codes.scaling,
        out: out.codes.base,
        outStride: size.outStride,
        undecided: out.undecided.base
      )
      return out
    }
    let found = run(kernels)
    if let truth {
      let expected = run(truth)
      return found.trial(expected.codes.values, undecided: expected.undecided.values)
    }
    let rows = operands.normalizedRows
    return found.trial(
      size.result(gap: DecidedCodes.gap) { codes.code(rows[$0][$1], column: $1) },
      undecided: rows.map { codes.isUndecided($0) ? 1 : 0 }
    )
  }

  /// Rows of up to `width.bits` bits.
  private func operands(
    _ size: MatrixCase,
    _ width: (bits: Int, left: Int?),
    _ generator: inout SplitMix64
  ) -> NormOperands {
    let bits = Int.random(in: 0...width.bits, using: &generator)
    let left = width.left ?? 0
    return NormOperands(
      size: size,
      values: normalizeRows(size, magnitude: Int32((1 << bits) - 1), &generator),
      isShifted: width.left != nil,
      shifts: (0..<size.columns).map { _ in UInt8.random(in: 0...UInt8(left), using: &generator) },
      constants: randomConstants(columns: size.columns, bits: bits + left, &generator),
      isSmall: size.columns << (bits + left) < 1 << 30
    )
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
}

/// Rows on their way to normalized values.
private struct NormOperands {
  let size: MatrixCase
  let values: [Int32]
  let isShifted: Bool
  let shifts: [UInt8]
  let constants: IntegerNormalizeKernels.Constants
  /// Whether columns · |x · 2^left| is below 2³⁰.
  let isSmall: Bool

  /// What every column of a centered row is multiplied with: columns · 2^left.
  var weights: [Int32] { shifts.map { Int32(truncatingIfNeeded: size.columns << Int($0)) } }

  /// (19) and (21), row by row.
  var normalizedRows: [[Int32]] {
    (0..<size.rows).map { row in
      normalized(
        (0..<size.columns).map { Int64(values[row * size.stride + $0]) << Int64(shifts[$0]) }
      )
    }
  }

  private func normalized(_ x: [Int64]) -> [Int32] {
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

/// How normalized values become codes: random constants within the limits of the kernel, and what
/// they mean.
private struct RandomCodeScaling {
  let scaling: IntegerNormalizeKernels.CodeScaling
  let multipliers: [Int32]
  let addends: [Int32]

  init(columns: Int, isSmall: Bool, _ generator: inout SplitMix64) {
    let shift = Int.random(in: 0...28, using: &generator)
    scaling = IntegerNormalizeKernels.CodeScaling(
      shift: shift,
      // An error margin of half a code leaves most rows undecided, one of a unit nearly none.
      errorMargin: Bool.random(using: &generator) ? 1 : 1 << max(0, shift - 1),
      limits: [0...255, -128...127, 0...7, -4...3, 3...3].randomElement(using: &generator)
        ?? 0...0,
      isSmall: isSmall
    )
    multipliers = (0..<columns).map { _ in
      Int32.random(in: .min ... .max, using: &generator)
        >> Int32.random(in: 1...9, using: &generator)
    }
    addends = (0..<columns).map { _ in
      Int32.random(in: -(1 << 29)...(1 << 29), using: &generator)
    }
  }

  /// The code of a normalized value, modulo 256.
  func code(_ y: Int32, column: Int) -> UInt8 {
    let code = position(y, column) >> scaling.shift
    let limits = Int(scaling.limits.lowerBound)...Int(scaling.limits.upperBound)
    return UInt8(truncatingIfNeeded: min(max(code, limits.lowerBound), limits.upperBound))
  }

  /// Whether any value of a row may have the next code.
  func isUndecided(_ row: [Int32]) -> Bool {
    row.indices.contains { column in
      let position = position(row[column], column)
      return (position + scaling.errorMargin) >> scaling.shift != position >> scaling.shift
    }
  }

  /// In parts of a code, 2^shift each.
  private func position(_ y: Int32, _ column: Int) -> Int {
    Int((Int64(y) * Int64(multipliers[column])) >> 32) + Int(addends[column])
  }
}

/// What the kernel of codes writes.
private struct DecidedCodes: ~Copyable {
  static let gap: UInt8 = 77

  let codes: GuardedBuffer<UInt8>
  let undecided: GuardedBuffer<UInt8>

  init(_ size: MatrixCase, _ placement: GuardPlacement) {
    codes = GuardedBuffer([UInt8](repeating: Self.gap, count: size.outCount), placement: placement)
    undecided = GuardedBuffer([UInt8](repeating: Self.gap, count: size.rows), placement: placement)
  }

  func trial(_ expected: [UInt8], undecided expectedRows: [UInt8]) -> KernelTrial {
    KernelTrial(codes, expected).and(KernelTrial(undecided, expectedRows))
  }
}
