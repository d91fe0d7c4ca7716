import IntaglioNumerics

/// Operands of one multiplication.
private struct GemmCase: Sendable, CustomStringConvertible {
  let m: Int
  let n: Int
  let k: Int
  let largestA: Int
  let rangeB: ClosedRange<Int>
  let values: Values
  let layout: Layout

  enum Values: String, CaseIterable {
    /// Every a the largest, every b the most negative.
    case mostNegative
    /// Every a and every b the largest.
    case mostPositive
    /// Every a 0, every b the most negative: the extreme of tables that are centered.
    case zero
    case random
  }

  /// How B is given to the packing.
  enum Layout: String, CaseIterable {
    case rowMajor
    case transposed
    /// Neither stride is 1.
    case spread
  }

  var rowStride: Int {
    switch layout {
    case .rowMajor: n
    case .transposed: 1
    case .spread: 2 * n + 1
    }
  }

  var columnStride: Int {
    switch layout {
    case .rowMajor: 1
    case .transposed: k
    case .spread: 2
    }
  }

  var description: String {
    """
    m \(m), n \(n), k \(k), a ≤ \(largestA), b in \(rangeB), \(values.rawValue), \
    \(layout.rawValue)
    """
  }
}

/// The operands themselves; B as [k, n] without gaps.
private struct GemmOperands {
  let a: [UInt8]
  let lda: Int
  let b: [Int8]
  let initial: [Int32]?
  let ldc: Int

  init(_ sizes: GemmCase, _ generator: inout SplitMix64) {
    let lda = sizes.k + Int.random(in: 0...2, using: &generator)
    let (least, most) = (Int8(sizes.rangeB.lowerBound), Int8(sizes.rangeB.upperBound))
    let largestA = UInt8(sizes.largestA)
    self.lda = lda
    ldc = sizes.n + Int.random(in: 0...2, using: &generator)
    a = (0..<(sizes.m == 0 ? 0 : (sizes.m - 1) * lda + sizes.k)).map { _ in
      switch sizes.values {
      case .mostNegative, .mostPositive: largestA
      case .zero: 0
      case .random: UInt8.random(in: 0...largestA, using: &generator)
      }
    }
    b = (0..<sizes.k * sizes.n).map { _ in
      switch sizes.values {
      case .mostNegative, .zero: least
      case .mostPositive: most
      case .random: Int8.random(in: least...most, using: &generator)
      }
    }
    initial =
      Bool.random(using: &generator)
      ? (0..<sizes.n).map { _ in Int32.random(in: -100_000...100_000, using: &generator) } : nil
  }

  /// B as the packing reads it.
  func laidOut(_ sizes: GemmCase) -> [Int8] {
    let span = max(sizes.k - 1, 0) * sizes.rowStride + max(sizes.n - 1, 0) * sizes.columnStride
    var result = [Int8](repeating: 99, count: b.isEmpty ? 0 : span + 1)
    for i in 0..<sizes.k {
      for j in 0..<sizes.n {
        result[i * sizes.rowStride + j * sizes.columnStride] = b[i * sizes.n + j]
      }
    }
    return result
  }
}

extension KernelSelfTest {
  func gemmChecks() -> [KernelCheck] {
    let kernels = table().gemms
    return kernels.filter { instructionSets.contains($0.instructionSet) }.map { kernel in
      let truth: GemmKernel? = kernel.instructionSet == .scalar ? nil : kernels[0]
      return check(kernel.name, kernel.instructionSet, on: gemmCases(kernel)) { sizes, generator in
        let operands = GemmOperands(sizes, &generator)
        let expected =
          if let truth {
            run(truth, sizes, operands, placement: .pattern).values
          } else {
            product(sizes, operands)
          }
        let sums = columnSums(kernel, sizes, operands)
        if sums.failure != nil { return sums }
        let unpacked = unpackTrial(kernel, sizes, &generator)
        if unpacked.failure != nil { return unpacked }
        return KernelTrial(run(kernel, sizes, operands, placement: placement), expected)
      }
    }
  }

  /// Sizes around the tile, those of ViT-Tiny and of a small ViT with 50 tokens, and more k than 16
  /// bits hold the sums of.
  private func gemmCases(_ kernel: GemmKernel) -> [GemmCase] {
    let (rows, columns, depth) = kernel.tile
    var sizes: [(Int, Int, Int)] = []
    for m in Set([0, 1, 2, rows - 1, rows, rows + 1, 2 * rows + 1]).sorted() {
      for n in Set([0, 1, 15, 16, 17, columns - 1, columns, columns + 1]).sorted() {
        for k in Set([0, 1, 2, depth - 1, depth, depth + 1, 7, 8, 15, 16, 33]).sorted() {
          sizes.append((m, n, k))
        }
      }
    }
    // Three panels, the last of them narrow.
    sizes.append((rows + 1, 130, 33))
    let real = [
      (50, 288, 96), (50, 50, 32), (50, 32, 50), (1, 1000, 192), (197, 197, 64), (197, 64, 197),
      (197, 192, 768), (9, 65, 4100), (1, 17, 9300),
    ]
    let scalar = kernel.instructionSet == .scalar
    sizes += scalar ? Array(real.prefix(3)) : real
    var cases: [GemmCase] = []
    for (m, n, k) in sizes {
      for values in GemmCase.Values.allCases {
        cases.append(gemmCase(kernel, m, n, k, values, index: cases.count))
      }
    }
    return cases
  }

  /// The operands' limits, among those that the kernel allows, and B's layout take turns with the
  /// index.
  private func gemmCase(
    _ kernel: GemmKernel,
    _ m: Int,
    _ n: Int,
    _ k: Int,
    _ values: GemmCase.Values,
    index: Int
  ) -> GemmCase {
    let limits = [
      (255, -128...127), (127, -128...127), (255, -64...64), (63, -32...32), (255, -1...1),
      (7, -4...4), (7, -4...3), (3, -2...1),
    ]
    .filter { kernel.isExact(largestA: $0.0, rangeB: $0.1) }
    let (largestA, rangeB) = limits[index / 4 % limits.count]
    return GemmCase(
      m: m,
      n: n,
      k: k,
      largestA: largestA,
      rangeB: rangeB,
      values: values,
      layout: GemmCase.Layout.allCases[index / 2 % 3]
    )
  }

  private func run(
    _ kernel: GemmKernel,
    _ sizes: GemmCase,
    _ operands: GemmOperands,
    placement: GuardPlacement
  ) -> GuardedBuffer<Int32> {
    let packed = pack(kernel, sizes, operands, sums: nil)
    let a = GuardedBuffer(operands.a, placement: placement)
    let initial = GuardedBuffer(operands.initial ?? [], placement: placement)
    let count = sizes.m == 0 ? 0 : (sizes.m - 1) * operands.ldc + sizes.n
    let c = GuardedBuffer([Int32](repeating: gap, count: count), placement: placement)
    kernel.run(
      m: sizes.m,
      n: sizes.n,
      k: sizes.k,
      a: a.base,
      lda: operands.lda,
      packed: packed.base,
      initial: operands.initial == nil ? nil : UnsafePointer(initial.base),
      c: c.base,
      ldc: operands.ldc
    )
    return c
  }

  private func pack(
    _ kernel: GemmKernel,
    _ sizes: GemmCase,
    _ operands: GemmOperands,
    sums: UnsafeMutablePointer<Int32>?
  ) -> GuardedBuffer<UInt8> {
    let b = GuardedBuffer(operands.laidOut(sizes), placement: placement)
    let size = kernel.packedSize(k: sizes.k, n: sizes.n)
    let packed = GuardedBuffer([UInt8](repeating: 0, count: size), placement: placement)
    kernel.pack(
      k: sizes.k,
      n: sizes.n,
      b: b.base,
      rowStride: sizes.rowStride,
      columnStride: sizes.columnStride,
      into: packed.base,
      columnSums: sums
    )
    return packed
  }

  /// Whether packing keeps to its memory and sums the columns of B.
  private func columnSums(
    _ kernel: GemmKernel,
    _ sizes: GemmCase,
    _ operands: GemmOperands
  ) -> KernelTrial {
    let sums = GuardedBuffer([Int32](repeating: gap, count: sizes.n), placement: placement)
    let packed = pack(kernel, sizes, operands, sums: sums.base)
    let expected = (0..<sizes.n).map { j in
      (0..<sizes.k).reduce(Int32(0)) { $0 + Int32(operands.b[$1 * sizes.n + j]) }
    }
    var trial = KernelTrial(sums, expected)
    if let failure = trial.failure { trial.failure = "column sums: \(failure)" }
    if !packed.isIntact { trial.failure = "packing wrote outside its result" }
    return trial
  }

  /// Whether every panel of packed weights is unpacked to what packing the panel gives, which is
  /// also what packing all of B has at its place.
  private func unpackTrial(
    _ kernel: GemmKernel,
    _ sizes: GemmCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let width = Int.random(in: WeightKernels.widths, using: &generator)
    let (k, n) = (sizes.k, sizes.n)
    let weights = randomWeights(k * n, width: width, isExtreme: false, &generator).map {
      Int8(min(max(Int($0), kernel.operandsB.lowerBound), kernel.operandsB.upperBound))
    }
    var whole = [UInt8](repeating: 0, count: kernel.packedSize(k: k, n: n))
    kernel.pack(k: k, n: n, b: weights, rowStride: n, columnStride: 1, into: &whole)
    let size = WeightKernels.packedSize(width: width, k: k, n: n)
    let narrow = GuardedBuffer([UInt8](repeating: 0, count: size), placement: placement)
    KernelTable(limit: .scalar).weights.pack(
      width: width,
      k: k,
      n: n,
      b: weights,
      rowStride: n,
      columnStride: 1,
      into: narrow.base
    )
    var trial = KernelTrial(narrow, narrow.values)
    for first in stride(from: 0, to: n, by: WeightKernels.panelColumns) where trial.failure == nil {
      let columns = min(WeightKernels.panelColumns, n - first)
      let panel = kernel.packedSize(k: k, n: first)..<kernel.packedSize(k: k, n: first + columns)
      let place = narrow.base + WeightKernels.packedSize(width: width, k: k, n: first)
      trial = unpackTrial(kernel, width: width, k: k, columns, place, Array(whole[panel]))
      if let failure = trial.failure {
        trial.failure = "panel of column \(first), \(width) bits: \(failure)"
      }
    }
    return trial
  }

  /// Whether one panel of packed weights is unpacked to `expected`.
  private func unpackTrial(
    _ kernel: GemmKernel,
    width: Int,
    k: Int,
    _ columns: Int,
    _ weights: UnsafePointer<UInt8>,
    _ expected: [UInt8]
  ) -> KernelTrial {
    let panel = GuardedBuffer([UInt8](repeating: 0x5a, count: expected.count), placement: placement)
    kernel.unpack(width: width, k: k, columns: columns, weights: weights, into: panel.base)
    return KernelTrial(panel, expected)
  }

  /// C by the formula.
  private func product(_ sizes: GemmCase, _ operands: GemmOperands) -> [Int32] {
    let shape = MatrixCase(
      rows: sizes.m,
      columns: sizes.n,
      stride: operands.lda,
      outStride: operands.ldc
    )
    return shape.result(gap: gap) { i, j in
      (0..<sizes.k).reduce(operands.initial?[j] ?? 0) { sum, p in
        sum + Int32(operands.a[i * operands.lda + p]) * Int32(operands.b[p * sizes.n + j])
      }
    }
  }
}

/// What lies between the rows of a result.
private let gap: Int32 = -77
