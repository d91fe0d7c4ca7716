import IntaglioGraph

/// What is wrong inside an ONNX file; `ImportError` without the file's name.
enum ONNXFault: Error {
  case malformed(place: String?, expected: String, found: String)
  case unsupported(place: String?, feature: String, advice: String)
  case unknownOperators([ImportError.UnknownOperator])
  case graph(GraphError)

  /// This fault as the error of `file`.
  func inFile(_ file: String) -> ImportError {
    switch self {
    case .malformed(let place, let expected, let found):
      .malformed(file: file, place: place, expected: expected, found: found)
    case .unsupported(let place, let feature, let advice):
      .unsupported(file: file, place: place, feature: feature, advice: advice)
    case .unknownOperators(let operators):
      .unknownOperators(file: file, operators: operators, supported: ONNXOperators.supported)
    case .graph(let error):
      .graph(file: file, error)
    }
  }
}
