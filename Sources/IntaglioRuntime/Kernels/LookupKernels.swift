import CIntaglioKernels

/// Accumulator → code through a table of every value.
public struct LookupKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_lookup_kernels

  init(_ kernels: intaglio_lookup_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// out[i, j] = table[index[i, j] − first], where an index before or behind the table takes its
  /// first or last entry.
  ///
  /// `count` ≥ 1, and first + count − 1 is an `Int32`.
  public func lookup(
    rows: Int,
    columns: Int,
    index: UnsafePointer<Int32>,
    stride: Int,
    first: Int32,
    count: Int,
    table: UnsafePointer<UInt8>,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int
  ) {
    kernels.lookup_i32(rows, columns, index, stride, first, UInt32(count), table, out, outStride)
  }
}
