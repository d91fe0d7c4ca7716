import IntaglioGraph

/// How a step walks its domain: some outer iterations of `rows × columns` each.
///
/// Neighbouring axes merge where every operand advances evenly over them, so that kernels get large
/// blocks whatever the rank.
struct LoopNest: WalksDomain, Hashable, Sendable {
  /// How one operand moves over the domain, and what its kernel can take.
  struct Operand {
    var start = 0
    /// One per axis of the domain, in elements.
    let strides: [Int]
    /// Whether a kernel call needs the operand at the same place for every row.
    var isFixedAlongRows = false
  }

  private struct Axis {
    let extent: Int
    /// One per operand.
    let strides: [Int]
  }

  /// Columns beyond which a row is cut where nothing depends on the column.
  private static let longRow = 2048

  let domain: LoopDomain
  /// One per operand.
  let cursors: [Cursor]

  /// - Parameters:
  ///   - shape: the dimensions of the domain, outermost first.
  ///   - operands: what moves over it.
  ///   - keepsLastAxis: whether `columns` has to be the last axis as it is.
  init(_ shape: [Int], _ operands: [Operand], keepsLastAxis: Bool) {
    guard !shape.contains(0) else {
      domain = LoopDomain(outerCount: 0, rows: 0, columns: 0)
      cursors = operands.map { _ in Cursor(starts: [], rowStride: 0, columnStride: 0) }
      return
    }
    var axes = Self.merged(shape, operands, keepsLastAxis: keepsLastAxis)
    var column = axes.popLast() ?? Axis(extent: 1, strides: operands.map { _ in 0 })
    if !keepsLastAxis, let cut = Self.cut(column, operands) {
      axes.append(cut.rows)
      column = cut.columns
    }
    let one = Axis(extent: 1, strides: operands.map { _ in 0 })
    var row = one
    if let last = axes.last,
      zip(operands, last.strides).allSatisfy({ !$0.isFixedAlongRows || $1 == 0 })
    {
      row = axes.removeLast()
    }
    domain = LoopDomain(
      outerCount: axes.reduce(1) { $0 * $1.extent },
      rows: row.extent,
      columns: column.extent
    )
    cursors = operands.indices.map { operand in
      Cursor(
        starts: Self.starts(axes.map { ($0.extent, $0.strides[operand]) }, operands[operand].start),
        rowStride: row.strides[operand],
        columnStride: column.strides[operand]
      )
    }
  }

  private static func merged(
    _ shape: [Int],
    _ operands: [Operand],
    keepsLastAxis: Bool
  ) -> [Axis] {
    // Built from the innermost axis outwards.
    var axes: [Axis] = []
    for index in shape.indices.reversed() {
      let axis = Axis(extent: shape[index], strides: operands.map { $0.strides[index] })
      if keepsLastAxis, index == shape.count - 1 {
        axes.append(axis)
      } else if axis.extent == 1 {
        continue
      } else if let inner = axes.last, !(keepsLastAxis && axes.count == 1),
        zip(axis.strides, inner.strides).allSatisfy({ $0 == $1 * inner.extent })
      {
        axes[axes.count - 1] = Axis(extent: axis.extent * inner.extent, strides: inner.strides)
      } else {
        axes.append(axis)
      }
    }
    return axes.reversed()
  }

  /// Cuts a very long row where the fixed operands do not vary along it.
  private static func cut(_ axis: Axis, _ operands: [Operand]) -> (rows: Axis, columns: Axis)? {
    guard axis.extent > longRow,
      zip(operands, axis.strides).allSatisfy({ !$0.isFixedAlongRows || $1 == 0 }),
      let columns = (64...longRow).reversed().first(where: { axis.extent % $0 == 0 })
    else { return nil }
    return (
      Axis(extent: axis.extent / columns, strides: axis.strides.map { $0 * columns }),
      Axis(extent: columns, strides: axis.strides)
    )
  }

  private static func starts(_ axes: [(extent: Int, stride: Int)], _ start: Int) -> [Int] {
    axes.reduce([start]) { starts, axis in
      starts.flatMap { start in (0..<axis.extent).map { start + $0 * axis.stride } }
    }
  }
}
