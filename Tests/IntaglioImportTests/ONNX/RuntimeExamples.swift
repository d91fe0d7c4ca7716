/// Single nodes with the answers of ONNX Runtime.
enum RuntimeExamples {
  /// Nodes that may read the model's input.
  static let computed = functions + layouts + rows + windows
}
