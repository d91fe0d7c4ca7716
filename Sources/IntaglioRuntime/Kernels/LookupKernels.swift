import CIntaglioKernels

/// Accumulator → code through a table of every value, or of the steps between them.
public struct LookupKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  /// What looking up by cells uses.
  public let cellsInstructionSet: InstructionSet
  private let kernels: intaglio_lookup_kernels

  init(_ kernels: intaglio_lookup_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
    cellsInstructionSet = InstructionSet(kernels.cells_isa)
  }

  /// Whether looking up by cells is faster than through a table of every value.
  public var prefersSegments: Bool { cellsInstructionSet != .scalar }

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

  /// out[i, j] = the code of index[i, j], limited to 16 bits, in `cells`, (18b).
  ///
  /// `cells` holds 256 codes, then `rises` rows and `falls` rows of 256 places each.
  public func lookup(
    rows: Int,
    columns: Int,
    index: UnsafePointer<Int32>,
    stride: Int,
    rises: Int,
    falls: Int,
    cells: UnsafePointer<UInt8>,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int
  ) {
    kernels.cells_i32(
      rows,
      columns,
      index,
      stride,
      UInt32(rises),
      UInt32(falls),
      cells,
      out,
      outStride
    )
  }
}
