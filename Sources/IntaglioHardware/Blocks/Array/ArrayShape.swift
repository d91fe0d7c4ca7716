public import IntaglioNumerics

/// The parameters of a systolic array.
public struct ArrayShape: Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  /// The codes that enter at the left edge, one for each row.
  public let rowOperand: IntegerType
  /// The codes that enter at the upper edge, one for each column.
  public let columnOperand: IntegerType
  /// Holds every finished sum; sums on the way may wrap round, for they are right again at the end.
  public let accumulator: IntegerType
  /// Registers between the multiplier and the adder.
  public let productStages: Int
  /// Whether the upper part of a sum, which changes seldom, has a clock of its own.
  public let splitsSums: Bool
  /// Products that an element adds in a cycle: of so many slices at once.
  public let products: Int

  /// - Throws: `ArrayShapeError`.
  public init(
    rows: Int,
    columns: Int,
    rowOperand: IntegerType,
    columnOperand: IntegerType,
    accumulator: IntegerType,
    productStages: Int = 0,
    splitsSums: Bool = false,
    products: Int = 1
  ) throws(ArrayShapeError) {
    for (axis, extent) in [("rows", rows), ("columns", columns)]
    where !(1...Self.largestExtent).contains(extent) {
      throw .extent(axis, extent)
    }
    // One bit more than codes have: an edge that takes 8-bit codes with a sign and without.
    for operand in [rowOperand, columnOperand] where !(1...9).contains(operand.bits) {
      throw .operand(operand)
    }
    guard (0...1).contains(productStages) else { throw .productStages(productStages) }
    guard Self.productCounts.contains(products) else { throw .products(products) }
    guard accumulator.isSigned || !(rowOperand.isSigned || columnOperand.isSigned) else {
      throw .unsignedAccumulator(accumulator)
    }
    self.rows = rows
    self.columns = columns
    self.rowOperand = rowOperand
    self.columnOperand = columnOperand
    self.accumulator = accumulator
    self.productStages = productStages
    self.splitsSums = splitsSums
    self.products = products
    guard accumulator.bits >= product.bits else {
      throw .narrowAccumulator(accumulator, expected: product)
    }
  }

  public static let largestExtent = 256
  /// Powers of two, so that a place among the products is some bits of a word's address.
  public static let productCounts = [1, 2, 4, 8]

  /// What an element adds in a cycle: a product, or the sum of several.
  package var product: Verilog.SignalType {
    let sum = oneProduct.bits + products.trailingZeroBitCount
    return oneProduct.isSigned ? .signed(sum) : .unsigned(sum)
  }

  /// What one product can be.
  package var oneProduct: Verilog.SignalType {
    let bits = rowOperand.bits + columnOperand.bits
    guard accumulator.isSigned else { return .unsigned(bits) }
    return .signed(rowOperand.isSigned || columnOperand.isSigned ? bits : bits + 1)
  }

  /// What an element takes of a row in a cycle: one number, or several side by side.
  package var rowNumbers: Verilog.SignalType { numbers(rowOperand) }
  /// The same of a column.
  package var columnNumbers: Verilog.SignalType { numbers(columnOperand) }

  private func numbers(_ type: IntegerType) -> Verilog.SignalType {
    products == 1 ? .init(type) : .unsigned(products * type.bits)
  }

  /// The same with one product of an element in a cycle.
  package var withOneProduct: ArrayShape {
    get throws(ArrayShapeError) {
      try ArrayShape(
        rows: rows,
        columns: columns,
        rowOperand: rowOperand,
        columnOperand: columnOperand,
        accumulator: accumulator,
        productStages: productStages,
        splitsSums: splitsSums
      )
    }
  }

  /// How modules of this shape are called: `4x4_u3_i3_i12`, with the registers behind the multiplier.
  package var label: String { "\(rows)x\(columns)_\(elementLabel)" }

  /// The same for one element.
  package var elementLabel: String {
    "\(rowOperand)_\(columnOperand)_\(accumulator)"
      + (productStages > 0 ? "_p\(productStages)" : "") + (splitsSums ? "_s" : "")
      + (products > 1 ? "_x\(products)" : "")
  }

  /// The least number of cycles between the last slices of two tiles: the time in which one leaves.
  public var drainCycles: Int { rows }
}

/// Why there is no such array.
public enum ArrayShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  case extent(String, Int)
  case operand(IntegerType)
  case productStages(Int)
  case products(Int)
  case unsignedAccumulator(IntegerType)
  case narrowAccumulator(IntegerType, expected: Verilog.SignalType)
  case deepSum(Int, IntegerType, IntegerType)

  public var description: String {
    switch self {
    case .extent(let axis, let extent):
      "systolic array: expected 1 to \(ArrayShape.largestExtent) \(axis), found \(extent)"
    case .operand(let type):
      "systolic array: expected operands of 1 to 9 bits (8-bit codes of either sign), found \(type); "
        + "quantize the model further"
    case .productStages(let stages):
      "systolic array: expected 0 or 1 registers behind the multiplier, found \(stages)"
    case .products(let count):
      "systolic array: expected 1, 2, 4 or 8 products for an element in a cycle, found \(count)"
    case .unsignedAccumulator(let type):
      "systolic array: an operand is signed, and the accumulator is \(type)"
    case .narrowAccumulator(let type, let expected):
      "systolic array: expected an accumulator of at least \(expected), which one product needs, "
        + "found \(type)"
    case .deepSum(let products, let row, let column):
      "systolic array: expected sums of up to 32 bits, found \(products) products of \(row) by "
        + "\(column); quantize the model further"
    }
  }
}
