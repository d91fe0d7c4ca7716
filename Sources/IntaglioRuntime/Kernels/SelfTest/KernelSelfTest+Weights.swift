import IntaglioNumerics

/// Weights of one width and a few rows to multiply them with.
private struct WeightCase: Sendable, CustomStringConvertible {
  let width: Int
  let m: Int
  let n: Int
  let k: Int
  let isTransposed: Bool
  let isExtreme: Bool

  var description: String {
    let layout = isTransposed ? "transposed" : "row-major"
    return "\(width) bits, m \(m), n \(n), k \(k), \(layout)\(isExtreme ? ", extremes" : "")"
  }
}

extension KernelSelfTest {
  func weightChecks() -> [KernelCheck] {
    tables.flatMap { instructionSet, table in
      [
        check("intaglio_weights_pack__\(instructionSet)", instructionSet, on: weightCases) {
          packTrial(table.weights, $0, &$1)
        },
        check(
          "intaglio_weights_multiply_rows__\(instructionSet)",
          instructionSet,
          on: weightCases
        ) {
          multiplyTrial(table.weights, $0, &$1)
        },
      ]
    }
  }

  /// Sizes around rows of a tile, strips and panels of columns, groups of k and the 64 k that are
  /// packed at a time, and the last layers of real networks.
  private var weightCases: [WeightCase] {
    var sizes: [(Int, Int, Int)] = []
    for n in [0, 1, 15, 16, 17, 48, 63, 64, 65, 80, 130] {
      for k in [0, 1, 3, 4, 5, 16, 63, 64, 65] { sizes.append((sizes.count % 7, n, k)) }
    }
    sizes += [(1, 1000, 192), (5, 10, 96), (3, 288, 96), (4, 192, 768)]
    return WeightKernels.widths.flatMap { width in
      sizes.indices.map { index in
        WeightCase(
          width: width,
          m: sizes[index].0,
          n: sizes[index].1,
          k: sizes[index].2,
          isTransposed: index % 2 == 0,
          isExtreme: index % 3 == 0
        )
      }
    }
  }

  private func packTrial(
    _ kernels: WeightKernels,
    _ sizes: WeightCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let (k, n) = (sizes.k, sizes.n)
    let weights = randomWeights(sizes, &generator)
    let sums = GuardedBuffer([Int32](repeating: -77, count: n), placement: placement)
    let packed = pack(kernels, sizes, weights, sums: sums.base)
    let expectedSums = (0..<n).map { j in
      (0..<k).reduce(Int32(0)) { $0 + Int32(weights[$1 * n + j]) }
    }
    var trial = KernelTrial(sums, expectedSums)
    if let failure = trial.failure {
      trial.failure = "column sums: \(failure)"
      return trial
    }
    return KernelTrial(packed, packedByDefinition(width: sizes.width, k: k, n: n, weights))
  }

  private func multiplyTrial(
    _ kernels: WeightKernels,
    _ sizes: WeightCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let (m, n, k) = (sizes.m, sizes.n, sizes.k)
    let size = MatrixCase(
      rows: m,
      columns: k,
      stride: k + Int.random(in: 0...2, using: &generator),
      outStride: k
    )
    let shape = MatrixCase(rows: m, columns: n, stride: n, outStride: n + size.stride % 3)
    let weights = randomWeights(sizes, &generator)
    let rows = randomBytes(size.count, &generator)
    let start: [Int32]? =
      Bool.random(using: &generator)
      ? (0..<n).map { _ in Int32.random(in: -100_000...100_000, using: &generator) } : nil
    let packed = pack(kernels, sizes, weights, sums: nil)
    let a = GuardedBuffer(rows, placement: placement)
    let initial = GuardedBuffer(start ?? [], placement: placement)
    let c = GuardedBuffer([Int32](repeating: -77, count: shape.outCount), placement: placement)
    kernels.multiplyRows(
      width: sizes.width,
      m: m,
      n: n,
      k: k,
      a: a.base,
      lda: size.stride,
      packed: packed.base,
      initial: start == nil ? nil : UnsafePointer(initial.base),
      c: c.base,
      ldc: shape.outStride
    )
    let expected = shape.result(gap: Int32(-77)) { i, j in
      (0..<k).reduce(start?[j] ?? 0) { sum, p in
        sum + Int32(rows[i * size.stride + p]) * Int32(weights[p * n + j])
      }
    }
    return KernelTrial(c, expected)
  }

  private func pack(
    _ kernels: WeightKernels,
    _ sizes: WeightCase,
    _ weights: [Int8],
    sums: UnsafeMutablePointer<Int32>?
  ) -> GuardedBuffer<UInt8> {
    let (k, n) = (sizes.k, sizes.n)
    let laidOut =
      sizes.isTransposed ? (0..<n * k).map { weights[$0 % k * n + $0 / k] } : weights
    let b = GuardedBuffer(laidOut, placement: placement)
    let size = WeightKernels.packedSize(width: sizes.width, k: k, n: n)
    let packed = GuardedBuffer([UInt8](repeating: 0x5a, count: size), placement: placement)
    kernels.pack(
      width: sizes.width,
      k: k,
      n: n,
      b: b.base,
      rowStride: sizes.isTransposed ? 1 : n,
      columnStride: sizes.isTransposed ? k : 1,
      into: packed.base,
      columnSums: sums
    )
    return packed
  }

  private func randomWeights(_ sizes: WeightCase, _ generator: inout SplitMix64) -> [Int8] {
    randomWeights(
      sizes.k * sizes.n,
      width: sizes.width,
      isExtreme: sizes.isExtreme,
      &generator
    )
  }

  /// Weights of every value that the width has, or only the least and the largest.
  func randomWeights(
    _ count: Int,
    width: Int,
    isExtreme: Bool,
    _ generator: inout SplitMix64
  ) -> [Int8] {
    let least = Int8(-1 << (width - 1))
    let all = least...(-(least + 1))
    return (0..<count).map { _ in
      isExtreme
        ? (Bool.random(using: &generator) ? all.lowerBound : all.upperBound)
        : Int8.random(in: all, using: &generator)
    }
  }
}

/// The packed form of B[k, n], weight by weight as `intaglio_weights.h` defines it.
private func packedByDefinition(width: Int, k: Int, n: Int, _ weights: [Int8]) -> [UInt8] {
  var packed: [UInt8] = []
  for panel in stride(from: 0, to: n, by: 64) {
    let isWhole = n - panel > 48
    for group in stride(from: 0, to: k, by: 4) {
      for unit in stride(from: panel, to: min(panel + 64, n), by: isWhole ? 64 : 16) {
        let values = (0..<(isWhole ? 256 : 64)).map { position in
          let (row, column) = (group + position % 4, unit + position / 4)
          return row < k && column < n ? Int(weights[row * n + column]) : 0
        }
        packed += packedUnit(width: width, values)
      }
    }
  }
  return packed
}

private func packedUnit(width: Int, _ values: [Int]) -> [UInt8] {
  if width == 8 { return values.map { UInt8(truncatingIfNeeded: $0) } }
  var rest = values.map { $0 + (width % 2 == 0 ? 1 << (width - 1) : 0) }
  return [4, 2, 1].filter { width & $0 != 0 }.flatMap { bits in
    let bytes = values.count * bits / 8
    let plane = (0..<bytes).map { byte in
      (0..<8 / bits).reduce(UInt8(0)) { sum, field in
        let weight = bits == 1 ? 8 * byte + field : byte + field * bytes
        return sum | UInt8(rest[weight] & ((1 << bits) - 1)) << UInt8(bits * field)
      }
    }
    rest = rest.map { $0 >> bits }
    return plane
  }
}
