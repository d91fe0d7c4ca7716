public import IntaglioHardware
public import IntaglioNumerics

/// The codes that one element of an output-stationary array sees, tile after tile.
public struct OperandStream: Hashable, Sendable {
  /// For messages and reports.
  public let name: String
  public let row: IntegerType
  public let column: IntegerType
  /// Holds every sum.
  public let accumulator: IntegerType
  public let tiles: [Tile]

  /// The two operands of every product of one sum.
  public struct Tile: Hashable, Sendable {
    public let rows: [Int]
    public let columns: [Int]

    /// - Precondition: as many of one as of the other, and at least one.
    public init(rows: [Int], columns: [Int]) {
      precondition(rows.count == columns.count && !rows.isEmpty, "pairs of operands")
      (self.rows, self.columns) = (rows, columns)
    }

    public var sum: Int { zip(rows, columns).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// - Precondition: the types hold the codes and their sums.
  public init(
    _ name: String,
    row: IntegerType,
    column: IntegerType,
    accumulator: IntegerType,
    tiles: [Tile]
  ) {
    for tile in tiles {
      precondition(tile.rows.allSatisfy(row.range.contains), "row operands of \(row)")
      precondition(tile.columns.allSatisfy(column.range.contains), "column operands of \(column)")
      precondition(accumulator.range.contains(tile.sum), "sums of \(accumulator)")
    }
    self.name = name
    (self.row, self.column, self.accumulator) = (row, column, accumulator)
    self.tiles = tiles
  }

  /// How many products there are.
  public var count: Int { tiles.reduce(0) { $0 + $1.rows.count } }
}

extension OperandStream {
  /// What the element in row 0 and column 0 of a square array sees of a product; `nil` where the step
  /// is none.
  ///
  /// Tiles follow each other as the array takes them: all rows of results for one block of columns,
  /// then the next block.
  ///
  /// - Parameters:
  ///   - step: a step of `program` that is a product.
  ///   - program: the part of the model that it belongs to.
  ///   - memory: what `PanelProgram.evaluate` left.
  ///   - extent: rows and columns of the array.
  ///   - limit: after that many products the stream ends, with a whole tile.
  public init?(
    _ step: PanelStep,
    of program: PanelProgram,
    memory: [[Int]],
    extent: Int,
    limit: Int = .max
  ) {
    guard case .product(let product) = step.work else { return nil }
    let (rows, columns) = (program[product.rows], program[product.columns])
    func lane(_ panel: PanelIndex, _ lanes: Int, _ lane: Int) -> [Int] {
      (0..<product.depth).map { memory[panel.index][$0 * lanes + lane] }
    }
    var tiles: [Tile] = []
    for column in stride(from: 0, to: columns.lanes, by: extent) {
      for row in stride(from: 0, to: rows.lanes, by: extent)
      where tiles.count * product.depth < limit {
        tiles.append(
          Tile(
            rows: lane(product.rows, rows.lanes, row),
            columns: lane(product.columns, columns.lanes, column)
          )
        )
      }
    }
    self.init(
      step.name,
      row: rows.type,
      column: columns.type,
      accumulator: product.accumulator,
      tiles: tiles
    )
  }

  /// The highest `bits` bits of every code, as a model of that width would have quantized it.
  ///
  /// - Precondition: `bits` is not more than the width of either operand.
  public func narrowed(to bits: Int) -> OperandStream {
    precondition(bits <= min(row.bits, column.bits), "a width of at most \(row) and \(column)")
    func narrow(_ type: IntegerType) -> (type: IntegerType, shift: Int) {
      (type.isSigned ? .i(bits) : .u(bits), type.bits - bits)
    }
    let (row, column) = (narrow(row), narrow(column))
    let tiles = tiles.map { tile in
      Tile(
        rows: tile.rows.map { $0 >> row.shift },
        columns: tile.columns.map { $0 >> column.shift }
      )
    }
    return OperandStream(
      "\(name), highest \(bits) bits",
      row: row.type,
      column: column.type,
      accumulator: .holding(
        products: tiles.map(\.rows.count).max() ?? 1,
        of: row.type,
        column.type
      ),
      tiles: tiles
    )
  }
}

extension IntegerType {
  /// The narrowest signed type for the sum of `count` products of any two codes.
  static func holding(products count: Int, of a: IntegerType, _ b: IntegerType) -> IntegerType {
    func largest(_ type: IntegerType) -> Int {
      Int(max(type.range.lowerBound.magnitude, type.range.upperBound.magnitude))
    }
    let bound = count * largest(a) * largest(b)
    return .i(Verilog.SignalType(holding: -bound - 1...bound).bits)
  }
}
