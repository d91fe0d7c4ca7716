/// What Intaglio knows of the ONNX operators: one conversion per operator, one file per family.
///
/// To add an operator, write its conversion into its family and name it in the family's `table`.
enum ONNXOperators {
  /// Turns a node into graph nodes or into constants, one operand per output of the node.
  typealias Conversion =
    @Sendable (ONNXCall, inout ONNXConversion) throws(ONNXFault) -> [ONNXOperand]

  /// The operators of the standard domain.
  private static let standard: [String: Conversion] = [
    ArithmeticOperators.table, BatchNormalization.table, ComparisonOperators.table,
    ConstantOperators.table, EinsumOperator.table, FunctionOperators.table,
    KnownFunctionOperators.table, KnownIndexOperators.table, LayoutOperators.table,
    MatrixOperators.table, NormalizationOperators.channelTable, NormalizationOperators.table,
    PadOperator.table, PlacementOperators.table, PoolingOperators.table,
    QuantizationOperators.table, ReductionOperators.table, ResizeOperator.table,
    SelectionOperators.table, UnitOperators.table,
  ]
  .reduce(into: [:]) { $0.merge($1) { first, _ in first } }

  /// The operators of ONNX Runtime that mean the same as standard ones.
  private static let contributed = ["DequantizeLinear", "Gelu", "QuantizeLinear"]

  /// The names of the standard operators that can be converted, in alphabetical order.
  static let supported: [String] =
    Set(standard.keys).union(tables["ai.onnx"]?.keys.map(\.self) ?? []).sorted()

  /// The conversion for nodes of this operator, `nil` for an unknown one.
  static func conversion(for node: ONNXNode) -> Conversion? {
    if let own = extended(node) { return own.conversion }
    return switch node.domain {
    case "ai.onnx": standard[node.type]
    case "com.microsoft": contributed.contains(node.type) ? standard[node.type] : nil
    default: nil
    }
  }
}
