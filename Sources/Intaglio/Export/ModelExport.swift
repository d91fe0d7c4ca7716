import IntaglioExport
import IntaglioGraph
import IntaglioRewrite

/// A model in the format of other tools, ready to be written.
public struct ModelExport: Sendable {
  public let format: ExportFormat
  /// What its file is made of.
  private let content: Content
  private let source: Model

  private enum Content: Sendable {
    case integer(IntegerONNXModel)
    case qdq(QDQModel)
    case c(CModel)
  }

  /// How many nodes an ONNX file has; `nil` for other files.
  public var nodeCount: Int? {
    switch content {
    case .integer(let model): model.nodeCount
    case .qdq(let model): model.nodeCount
    case .c: nil
    }
  }

  /// What tables and buffers of a C file take, in bytes; `nil` for other files.
  public var memory: (tables: Int, buffers: Int)? {
    if case .c(let model) = content { (model.tableBytes, model.memoryBytes) } else { nil }
  }

  /// A program of nothing but integers.
  ///
  /// - Throws: `ExportError`, naming the node that has no form; `IntegerGraphError` or `IntegerOnlyError` where
  ///   `program` is no such program.
  public init(program: Model, as format: ExportFormat, version: String = "") throws {
    self.format = format
    source = program
    switch format {
    case .integer:
      content = .integer(
        try IntegerONNXModel(
          program: program.program.integerOnly(),
          description: program.description,
          version: version
        )
      )
    case .c:
      content = .c(
        try CModel(
          program: program.program.integerOnly(),
          description: program.description,
          version: version
        )
      )
    case .qdq, .qonnx:
      content = .qdq(
        try QDQModel(
          graph: program.graph,
          description: program.description,
          form: format == .qonnx ? .qonnx : .qdq,
          version: version
        )
      )
    }
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Returns: how many bytes it takes.
  /// - Throws: `ExportError` where it would take the place of the model that was read, or the system refuses.
  @discardableResult
  public func write(to path: String) throws(ExportError) -> Int {
    try source.checkTarget(path)
    switch content {
    case .integer(let model): return try model.write(to: path)
    case .qdq(let model): return try model.write(to: path)
    case .c(let model): return try model.write(to: path)
    }
  }
}
