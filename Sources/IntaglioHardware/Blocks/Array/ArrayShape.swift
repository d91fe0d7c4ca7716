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

  /// - Throws: `ArrayShapeError`.
  public init(
    rows: Int,
    columns: Int,
    rowOperand: IntegerType,
    columnOperand: IntegerType,
    accumulator: IntegerType,
    productStages: Int = 0,
    splitsSums: Bool = false
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
    guard accumulator.bits >= product.bits else {
      throw .narrowAccumulator(accumulator, expected: product)
    }
  }

  public static let largestExtent = 256

  /// What one product can be.
  package var product: Verilog.SignalType {
    let bits = rowOperand.bits + columnOperand.bits
    guard accumulator.isSigned else { return .unsigned(bits) }
    return .signed(rowOperand.isSigned || columnOperand.isSigned ? bits : bits + 1)
  }

  /// How modules of this shape are called: `4x4_u3_i3_i12`, with the registers behind the multiplier.
  package var label: String { "\(rows)x\(columns)_\(elementLabel)" }

  /// The same for one element.
  package var elementLabel: String {
    "\(rowOperand)_\(columnOperand)_\(accumulator)"
      + (productStages > 0 ? "_p\(productStages)" : "") + (splitsSums ? "_s" : "")
  }

  /// The least number of cycles between the last slices of two tiles: the time in which one leaves.
  public var drainCycles: Int { rows }
}

/// Why there is no such array.
public enum ArrayShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  case extent(String, Int)
  case operand(IntegerType)
  case productStages(Int)
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
