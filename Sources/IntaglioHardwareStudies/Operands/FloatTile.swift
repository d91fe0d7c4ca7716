import BigInt
public import IntaglioHardware

/// The operands of one floating-point sum, as patterns of the operand's format.
public struct FloatTile: Hashable, Sendable {
  public let rows: [UInt32]
  public let columns: [UInt32]

  /// - Precondition: as many of one as of the other, and at least one.
  public init(rows: [UInt32], columns: [UInt32]) {
    precondition(rows.count == columns.count && !rows.isEmpty, "pairs of operands")
    (self.rows, self.columns) = (rows, columns)
  }
}

extension FloatingElement {
  /// What the element is fed and what it shows, sum after sum.
  ///
  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func trace(of tiles: [FloatTile]) throws(Verilog.ModuleError) -> Trace {
    let player = ElementTrace(frame: frame, module: try module())
    return player.trace(
      of: tiles.map { tile in
        // In the order in which the element adds: rounding depends on it.
        let sum = zip(tile.rows, tile.columns).reduce(UInt32(0)) { sum, pair in
          arithmetic.add(sum, arithmetic.product(pair.0, pair.1))
        }
        return ElementTrace.Tile(
          rows: tile.rows.map { BigUInt($0) },
          columns: tile.columns.map { BigUInt($0) },
          sum: BigUInt(sum)
        )
      }
    )
  }
}
