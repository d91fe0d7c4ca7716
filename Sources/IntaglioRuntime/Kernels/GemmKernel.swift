import CIntaglioKernels

/// One compiled kernel for C[m, n] = A[m, k] · B[k, n] on u8 × s8 operands with 32-bit
/// accumulators.
///
/// B is packed once and multiplied with any number of A. A kernel touches no byte outside its
/// operands, allocates nothing and may run on any number of threads at once.
public struct GemmKernel: Sendable {
  /// As in C: `intaglio_gemm_u8s8_6x64__avx512vnni`.
  public let name: String
  public let instructionSet: InstructionSet
  private let kernel: intaglio_gemm_kernel

  init(_ kernel: intaglio_gemm_kernel) {
    self.kernel = kernel
    name = String(cString: kernel.name)
    instructionSet = InstructionSet(kernel.isa)
  }

  /// Rows of A, columns of B and steps of k that one register tile takes.
  public var tile: (rows: Int, columns: Int, depth: Int) {
    (Int(kernel.mr), Int(kernel.nr), Int(kernel.kr))
  }

  /// Whether this machine gains from the kernel, compared with the plainer ones.
  public var isPreferred: Bool { kernel.is_preferred() }

  /// The a for which the result may be exact.
  public var operandsA: ClosedRange<Int> { 0...Int(kernel.max_a) }

  /// The b for which the result may be exact.
  public var operandsB: ClosedRange<Int> { Int(kernel.min_b)...Int(kernel.max_b) }

  /// Whether the product is exact for every operand with a ≤ `largestA` and b in `rangeB`.
  public func isExact(largestA: Int, rangeB: ClosedRange<Int>) -> Bool {
    guard operandsA.contains(largestA), operandsB.contains(rangeB) else { return false }
    let magnitude = max(rangeB.lowerBound.magnitude, rangeB.upperBound.magnitude)
    return 2 * largestA.magnitude * magnitude <= UInt(kernel.max_pair_product)
  }

  /// Whether the product is exact for every operand with a ≤ `largestA` and |b| ≤
  /// `largestMagnitudeB`, but no b above 127.
  public func isExact(largestA: Int, largestMagnitudeB: Int) -> Bool {
    isExact(largestA: largestA, rangeB: -largestMagnitudeB...min(largestMagnitudeB, 127))
  }

  /// Whether products are looked up, those of few bits: several weights in one index, which packing has
  /// to make.
  public var looksUp: Bool { kernel.max_a < 255 }

  /// Whether packed B is, byte for byte, packed 8-bit weights, so that these need no unpacking.
  public var packsAsWeights: Bool { kernel.packs_as_weights }

  /// Bytes of a packed B[k, n].
  ///
  /// Panels of 64 columns lie one behind the other: the one at column j, a multiple of 64, starts at
  /// `packedSize(k: k, n: j)` and is what packing these columns alone gives.
  public func packedSize(k: Int, n: Int) -> Int { kernel.packed_size(k, n) }

  /// Packs B[k, n], whose element (i, j) is `b[i * rowStride + j * columnStride]`.
  ///
  /// Strides are (n, 1) for row-major B and (1, k) for B given transposed. `packed` has room for
  /// `packedSize(k:n:)` bytes, `columnSums` for n sums Σᵢ B[i, j].
  public func pack(
    k: Int,
    n: Int,
    b: UnsafePointer<Int8>,
    rowStride: Int,
    columnStride: Int,
    into packed: UnsafeMutableRawPointer,
    columnSums: UnsafeMutablePointer<Int32>? = nil
  ) {
    kernel.pack(k, n, b, rowStride, columnStride, packed, columnSums)
  }

  /// Writes what packing would have given for one panel of packed weights (`WeightKernels`): k rows
  /// of `columns` ≤ 64.
  public func unpack(
    width: Int,
    k: Int,
    columns: Int,
    weights: UnsafeRawPointer,
    into packed: UnsafeMutableRawPointer
  ) {
    kernel.unpack(UInt32(width), k, columns, weights, packed)
  }

  /// C = A · B, every row started with `initial[n]` when it is given.
  ///
  /// `lda` ≥ k and `ldc` ≥ n count the elements from one row to the next.
  public func run(
    m: Int,
    n: Int,
    k: Int,
    a: UnsafePointer<UInt8>,
    lda: Int,
    packed: UnsafeRawPointer,
    initial: UnsafePointer<Int32>? = nil,
    c: UnsafeMutablePointer<Int32>,
    ldc: Int
  ) {
    kernel.run(m, n, k, a, lda, packed, initial, c, ldc)
  }
}
