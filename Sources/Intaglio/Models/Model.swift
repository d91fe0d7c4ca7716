public import IntaglioData
public import IntaglioExport
public import IntaglioGraph
public import IntaglioImport
import IntaglioNumerics

/// A model in memory: its graph, what is known beside the arithmetic, and where it came from.
public struct Model: Sendable {
  /// The graph, and what is proved of it.
  public let program: ModelProgram
  public var description: ModelDescription
  /// The format of the file that it was read from.
  public let format: ModelFormat
  /// The file, for messages.
  public let path: String

  public init(
    _ program: ModelProgram,
    description: ModelDescription,
    format: ModelFormat,
    path: String
  ) {
    self.program = program
    self.description = description
    // Later programs may have turned a softmax into steps between integers.
    if description.probabilities == nil {
      let found = program.graph.probabilities
      self.description.probabilities = found.isEmpty ? nil : found
    }
    self.format = format
    self.path = path
  }

  /// A model of which nothing is proved.
  public init(graph: Graph, description: ModelDescription, format: ModelFormat, path: String) {
    self.init(.graph(graph), description: description, format: format, path: path)
  }

  public var graph: Graph { program.graph }

  /// The same model with another program.
  func with(_ program: ModelProgram) -> Model {
    Model(program, description: description, format: format, path: path)
  }

  /// The same model with the proof that its multiplications are on integers.
  ///
  /// - Throws: `IntegerGraphError` where they are not.
  func proved() throws(IntegerGraphError) -> Model {
    guard case .graph = program else { return self }
    return with(.integer(try program.integer()))
  }

  /// Reads a model of any format that Intaglio knows, recognised by content: ONNX, safetensors with
  /// timm names, a Q-ViT checkpoint, or a packed model.
  ///
  /// - Parameters:
  ///   - path: the model.
  ///   - configuration: a JSON file with the model metadata that weights lack (preprocessing, class names,
  ///     heads), instead of `NAME.json` or `config.json` beside the model. A packed model carries
  ///     its own.
  ///   - logits: the name of the output that holds the logits, instead of what the model says.
  /// - Throws: `ImportError` or `ExportError`, naming the file and the node or tensor.
  public init(
    contentsOf path: String,
    configuration: String? = nil,
    logits: String? = nil
  ) throws {
    try self.init(ModelFile(path: path), configuration: configuration, logits: logits)
  }

  /// The same of a file that is open already.
  public init(_ file: ModelFile, configuration: String? = nil, logits: String? = nil) throws {
    let path = file.path
    if file.format == .packed, let container = file.safetensors {
      if let configuration { throw ModelError.configured(model: path, configuration) }
      let packed = try PackedModel.read(container)
      self.init(
        graph: packed.graph,
        description: packed.description,
        format: .packed,
        path: path
      )
    } else {
      let imported = try file.read(configuration: configuration, logits: logits)
      self.init(
        graph: imported.graph,
        description: imported.description,
        format: imported.format,
        path: path
      )
    }
    guard let logits else { return }
    try choose(logits: logits)
  }

  /// Says which of several outputs holds the logits.
  ///
  /// - Throws: `LogitsError` when there is no such output, or it is no row for every sample.
  public mutating func choose(logits: String) throws(LogitsError) {
    _ = try graph.logits(logits)
    description.logits = logits
  }

  /// Saves the graph as a packed model.
  ///
  /// One memory-mappable safetensors file, integer weights at their own width. Either the whole
  /// file appears or none.
  ///
  /// - Returns: what the file takes.
  /// - Throws: `ExportError` when the file cannot be written.
  @discardableResult
  public func save(to path: String) throws -> PackedSizes {
    try checkTarget(path)
    return try PackedModel.write(graph: graph, description: description, to: path)
  }

  /// - Throws: where a packed model would take the place of the model that it was made from.
  func checkTarget(_ target: String) throws(ExportError) {
    guard format != .packed, isSameFile(path, target) else { return }
    let reason = "it is the model that was read, which would be lost; choose another name"
    throw .data(.unwritable(file: target, reason: reason))
  }
}

extension Model {
  /// How many numbers the model learned, and what they take as float32.
  public var parameterCount: Int {
    graph.live.reduce(0) { $0 + (graph.constant($1)?.count ?? 0) }
  }

  /// What the constants take at their own width, in bytes: 3-bit weights take 3 bits.
  public var packedWeightBytes: Int {
    graph.live.reduce(0) { total, value in
      guard let tensor = graph.constant(value) else { return total }
      return total + (tensor.count * (tensor.type.integer?.bits ?? tensor.bitsPerReal) + 7) / 8
    }
  }
}

extension Tensor {
  fileprivate var bitsPerReal: Int {
    switch elements {
    case .float64: 64
    case .float32, .int32: 32
    case .int8, .uint8: 8
    }
  }
}

/// Why a model cannot be opened as asked.
public enum ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A packed model carries its own configuration.
  case configured(model: String, String)

  public var description: String {
    switch self {
    case .configured(let model, let configuration):
      "\(model) is a packed model and carries its own settings; \(configuration) cannot replace "
        + "them: pass it to 'intaglio integerize' or 'intaglio pack' when the file is made"
    }
  }
}
