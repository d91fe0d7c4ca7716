public import IntaglioGraph
public import IntaglioNumerics

/// A panel program cut into tiles: where every panel stands and what the sequencer does, command by command.
///
/// A panel of L lanes is ⌈L / tile⌉ blocks, one behind the other, each of all its words. Lanes beyond
/// the panel's own hold whatever they hold: no lane ever meets another.
public struct TileSchedule: Sendable {
  public let program: PanelProgram
  /// Rows and columns of the array, and lanes of a word.
  public let tile: Int
  /// Lanes that have units for whole rows; a block of lanes is done in groups of so many.
  public let rowLanes: Int
  /// Products that an element of the array adds in a cycle: of so many slices, which are read at once.
  public let products: Int
  /// Bits of an operand that elements take at once, at most.
  public let operandDigit: Int
  /// All of them, in an order that keeps what each needs before it; array and row-wise units each take theirs in
  /// this order.
  public let commands: [TileCommand]
  /// For every command the panel step that it belongs to.
  public let owners: [Int]
  /// Where each panel begins.
  public let addresses: [TileAddress]
  /// How many words each memory has.
  public let sizes: [TileMemory: Int]
  /// The words of the weights' memory.
  public let weights: [[Int]]
  /// What the epilogues of products refer to.
  public let steps: [ThresholdTable]
  /// Tables of more changes than are compared at a time.
  public let searches: [ThresholdTable]
  public let streams: [ScaledSumTable]
  /// What makes codes of what stream units give, everything once.
  public let lookups: [ScaledSumLookup]
  /// What is done with whole rows: one entry for each unit that a lane has.
  public let rowWorks: [RowWork]
  /// What elements take of operands as they stand in memory, in all tiles: the whole first.
  let parts: [OperandPart]
  /// What the sums of a tile are worth, in powers of two, in all tiles: 0 first.
  let shifts: [Int]
}

extension TileSchedule {
  /// Tables of up to so many changes have a comparator for each; longer ones are searched.
  package static let mostComparators = 64

  /// The schedule of `program` on an array of `tile` × `tile` elements.
  ///
  /// - Parameters:
  ///   - program: what it computes.
  ///   - tile: rows and columns of the array.
  ///   - rowLanes: how many lanes have units for whole rows, a divisor of `tile`; `nil` for all.
  ///   - products: that an element adds in a cycle, a divisor of `tile`.
  ///   - operandDigit: bits of an operand that an element takes at once, at most, 2 to 8.
  /// - Throws: `TileScheduleError`.
  public init(
    _ program: PanelProgram,
    tile: Int,
    rowLanes: Int? = nil,
    products: Int = 1,
    operandDigit: Int = 8
  ) throws(TileScheduleError) {
    guard (1...ArrayShape.largestExtent).contains(tile) else { throw .tile(tile) }
    let rowLanes = rowLanes ?? tile
    guard rowLanes > 0, tile % rowLanes == 0 else { throw .rowLanes(rowLanes, tile: tile) }
    guard ArrayShape.productCounts.contains(products), tile % products == 0 else {
      throw .products(products, tile: tile)
    }
    guard (2...8).contains(operandDigit) else { throw .operandDigit(operandDigit) }
    var builder = TileScheduleBuilder(
      program,
      tile: tile,
      rowLanes: rowLanes,
      products: products,
      operandDigit: operandDigit
    )
    var owners: [Int] = []
    for index in StepOrder(program, tile: tile, rowLanes: rowLanes).steps {
      try builder.add(program.steps[index])
      owners += Array(repeating: index, count: builder.commands.count - owners.count)
    }
    var hazards = CommandHazards(sizes: builder.sizes)
    self.owners = owners
    self.program = program
    (self.tile, self.rowLanes, self.products) = (tile, rowLanes, products)
    self.operandDigit = operandDigit
    commands = builder.commands.map { hazards.placed($0) }
    addresses = builder.addresses
    sizes = builder.sizes
    weights = builder.weights
    steps = builder.steps.values
    searches = builder.searches.values
    streams = builder.streams.map { ScaledSumTable(form: $0.form, epilogues: $0.entries.values) }
    lookups = builder.lookups
    rowWorks = builder.rowWorks.map(\.work)
    let tiles = commands.compactMap { if case .product(let tile) = $0 { tile } else { nil } }
    parts = Self.distinct(tiles.flatMap { [$0.rowPart, $0.columnPart] }, first: .whole)
    shifts = Self.distinct(tiles.map(\.pass.shift), first: 0)
  }

  /// How many words `depth` of them take where `products` are read at once.
  package static func words(_ depth: Int, products: Int) -> Int {
    (depth + products - 1) / products * products
  }

  /// The commands of the array.
  public var tiles: [ProductTile] {
    commands.compactMap { if case .product(let tile) = $0 { tile } else { nil } }
  }

  /// The commands of the row-wise units.
  public var blocks: [RowBlock] {
    commands.compactMap { if case .rows(let block) = $0 { block } else { nil } }
  }

  /// What the left edge of the array must take: everything that is ever a row operand.
  public var rowOperand: IntegerType { type(of: multiplied.map(\.rows) + transposed) }

  /// What the upper edge must take, ones of the identity among it.
  public var columnOperand: IntegerType {
    type(
      of: multiplied.map(\.columns),
      and: transposed.isEmpty ? nil : IntegerType(bits: 1, signed: false)
    )
  }

  /// What the sums of all tiles fit, of which some are a digit's share.
  public var accumulator: IntegerType {
    let parts = multiplied.map { product in
      let (rows, columns) = (digits(of: product.rows), digits(of: product.columns))
      return rows.count * columns.count == 1
        ? product.accumulator
        : rows.types.flatMap { row in
          // Shares that wrap round at the bits of the whole sum add up to it, too.
          columns.types.map { column in
            let share = row.sum(of: product.depth, productsWith: column)
            return share.flatMap { $0.bits <= sums.bits ? $0 : nil } ?? sums
          }
        }.reduce(IntegerType(bits: 2, signed: true)) { $0.union($1) }
    }
    let moved = transposed.flatMap { digits(of: $0).types }
    return (parts + moved).reduce(IntegerType(bits: 2, signed: true)) { $0.union($1) }
  }

  /// What the sums of all products fit.
  public var sums: IntegerType {
    let sums = multiplied.map(\.accumulator) + transposed.map { program[$0].type }
    return sums.reduce(IntegerType(bits: 2, signed: true)) { $0.union($1) }
  }

  private var multiplied: [PanelProduct] {
    program.steps.compactMap { if case .product(let product) = $0.work { product } else { nil } }
  }

  private var transposed: [PanelIndex] {
    program.steps.compactMap {
      if case .transposition(let source) = $0.work { source } else { nil }
    }
  }

  /// What elements take of the numbers of a panel.
  func digits(of panel: PanelIndex) -> OperandDigits {
    OperandDigits(program[panel].type, width: operandDigit)
  }

  private func type(of panels: [PanelIndex], and other: IntegerType? = nil) -> IntegerType {
    let types = panels.flatMap { digits(of: $0).types } + (other.map { [$0] } ?? [])
    return types.dropFirst().reduce(types.first ?? IntegerType(bits: 1, signed: false)) {
      $0.union($1)
    }
  }
}

extension IntegerType {
  /// The narrowest type that holds every number of both.
  func union(_ other: IntegerType) -> IntegerType {
    let signed = isSigned || other.isSigned
    func bits(_ type: IntegerType) -> Int { signed && !type.isSigned ? type.bits + 1 : type.bits }
    return IntegerType(bits: max(bits(self), bits(other)), signed: signed)
  }

  /// Holds every sum of `count` products of a number of this type and one of `other`.
  fileprivate func sum(of count: Int, productsWith other: IntegerType) -> IntegerType? {
    let ends = [range.lowerBound, range.upperBound].flatMap { end in
      [other.range.lowerBound, other.range.upperBound].map { end * $0 * count }
    }
    return IntegerType(holding: (ends.min() ?? 0)...(ends.max() ?? 0))
  }
}

/// The parameters of one kind of stream epilogue.
public struct ScaledSumTable: Sendable {
  public let form: Form
  public let epilogues: [AccumulatorEpilogue.ScaledSumEpilogue]

  /// What a unit is made for.
  public struct Form: Hashable, Sendable {
    public let type: IntegerType
    public let hasResidual: Bool
    /// Whether every lane has parameters of its own.
    public let hasLaneAddends: Bool
    /// Set where sums are divided by the residual · 2^shift.
    public let quotient: AccumulatorEpilogue.ScaledSumEpilogue.Quotient?
    public let quotientShift: Int?
  }
}

/// A table of every index, and the stream unit that gives the index.
public struct ScaledSumLookup: Hashable, Sendable {
  public let unit: Int
  public let function: LookupFunction
}

/// Work on rows of one length that one unit does.
public struct RowWork: Hashable, Sendable {
  public enum Function: Hashable, Sendable {
    case norm(IntegerNorm)
    case softmax(IntegerSoftmax)
    case rowThresholds(RowThresholds)
  }

  /// One or more, each once, all of one `RowSignature`: what differs comes with a command.
  public internal(set) var functions: [Function]
  public let count: Int
  /// Of the elements.
  public let value: IntegerType
}

/// Why a program has no schedule.
public enum TileScheduleError: Error, Hashable, Sendable, CustomStringConvertible {
  case tile(Int)
  case rowLanes(Int, tile: Int)
  case products(Int, tile: Int)
  case operandDigit(Int)
  /// A norm or softmax that reads codes of another, or shares its result with a product.
  case rows(node: String)
  /// A product whose operands or older stream stand where it cannot read them.
  case operands(node: String)

  public var description: String {
    switch self {
    case .tile(let tile):
      "expected an array of 1 to \(ArrayShape.largestExtent) rows and columns, found \(tile)"
    case .rowLanes(let lanes, let tile):
      "expected lanes with units for whole rows (--row-lanes) that divide the \(tile) of the array, found \(lanes)"
    case .products(let count, let tile):
      "expected 1, 2, 4 or 8 products for an element in a cycle (--simd) that divide the \(tile) of the array, "
        + "found \(count)"
    case .operandDigit(let bits):
      "expected 2 to 8 bits of an operand that an element takes at once (--operand-digit), found \(bits)"
    case .operands(let node):
      "\(node): expected codes, or codes and weights, and a residual that a product made; found a stream multiplied or "
        + "the result of a norm added (norms stand behind residual sums here); end the module before it"
    case .rows(let node):
      "\(node): expected norms and softmax between products, found one behind another, or a result that "
        + "both write; end the module between them"
    }
  }
}
