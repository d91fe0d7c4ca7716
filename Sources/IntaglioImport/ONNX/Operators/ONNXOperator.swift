/// An operator beyond the plain standard ones: its conversion and the attributes that it honours.
struct ONNXOperator: Sendable {
  let attributes: Set<String>
  let conversion: ONNXOperators.Conversion

  init(
    _ attributes: Set<String> = [],
    _ conversion: @escaping ONNXOperators.Conversion
  ) {
    self.attributes = attributes
    self.conversion = conversion
  }
}

extension ONNXOperators {
  /// Quantized and fused operators, by domain and name.
  static let tables: [String: [String: ONNXOperator]] = {
    let microsoft = [
      QLinearOperators.contributed, IntegerOperators.contributed, BlockOperators.table,
      FusedOperators.table, AttentionOperators.contributed,
    ]
    let standard = [
      QLinearOperators.standard, IntegerOperators.standard, AttentionOperators.standard,
      FusedOperators.standard,
    ]
    let qonnx = QONNXOperators.table
    return [
      "ai.onnx": merged(standard), "com.microsoft": merged(microsoft),
      "qonnx.custom_op.general": qonnx, "onnx.brevitas": qonnx, "finn.custom_op.general": qonnx,
    ]
  }()

  private static func merged(_ tables: [[String: ONNXOperator]]) -> [String: ONNXOperator] {
    tables.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
  }

  static func extended(_ node: ONNXNode) -> ONNXOperator? { tables[node.domain]?[node.type] }
}
