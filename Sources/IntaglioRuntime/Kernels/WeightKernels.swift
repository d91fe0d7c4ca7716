import CIntaglioKernels

/// Weights at their own width: 2 to 8 bits each, multiplied as they are or unpacked panel by panel
/// for a `GemmKernel`.
///
/// Packed weights are the same bytes for every instruction set. They lie in panels of 64 columns, of
/// which each is one piece of memory: the one at column j, a multiple of 64, starts at
/// `packedSize(width: width, k: k, n: j)`.
public struct WeightKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_weights_kernels

  init(_ kernels: intaglio_weights_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// Bits of a weight.
  public static let widths = 2...8

  /// Columns of a panel.
  public static let panelColumns = 64

  /// Bytes of a packed B[k, n]: `width` bits for each element of B with its rows rounded up to a
  /// multiple of 4 and its columns to a multiple of 16.
  public static func packedSize(width: Int, k: Int, n: Int) -> Int {
    intaglio_weights_packed_size(UInt32(width), k, n)
  }

  /// Packs B[k, n], whose element (i, j) is `b[i * rowStride + j * columnStride]` and keeps to
  /// `width` bits.
  ///
  /// `packed` has room for `packedSize(width:k:n:)` bytes, `columnSums` for n sums Σᵢ B[i, j].
  public func pack(
    width: Int,
    k: Int,
    n: Int,
    b: UnsafePointer<Int8>,
    rowStride: Int,
    columnStride: Int,
    into packed: UnsafeMutableRawPointer,
    columnSums: UnsafeMutablePointer<Int32>? = nil
  ) {
    kernels.pack(UInt32(width), k, n, b, rowStride, columnStride, packed, columnSums)
  }

  /// C = A · B for a few rows, every row started with `initial[n]` when it is given.
  ///
  /// The rows share one pass over the weights, and no unpacked copy is made. `lda` ≥ k and `ldc` ≥ n
  /// count the elements from one row to the next.
  public func multiplyRows(
    width: Int,
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
    kernels.multiply_rows(UInt32(width), m, n, k, a, lda, packed, initial, c, ldc)
  }
}
