public import IntaglioData
public import IntaglioGraph

/// A model as it came from its file.
public struct ImportedModel: Sendable {
  public let graph: Graph
  public var description: ModelDescription
  public let format: ModelFormat

  public init(graph: Graph, description: ModelDescription, format: ModelFormat) {
    self.graph = graph
    self.description = description
    self.format = format
  }
}

/// A file that should hold a model: opened, its format recognised by content, not by its name.
public struct ModelFile: Sendable {
  /// What kind of container the bytes are.
  enum Content: Sendable {
    case safetensors(SafetensorsFile)
    /// Tensors of several files, or of one of another kind.
    case tensors(any TensorSource)
    /// Anything else, and its first bytes.
    case other(MappedFile, start: [UInt8])

    var safetensors: SafetensorsFile? {
      if case .safetensors(let file) = self { file } else { nil }
    }

    /// The tensors of a checkpoint, without what wrappers put in front of their names.
    var tensors: (any TensorSource)? {
      switch self {
      case .safetensors(let file): PrefixedTensors.unwrapping(file)
      case .tensors(let source): PrefixedTensors.unwrapping(source)
      case .other: nil
      }
    }

    var start: [UInt8]? { if case .other(_, let start) = self { start } else { nil } }
  }

  public let path: String
  /// The format of what is in it.
  public let format: ModelFormat
  private let content: Content

  /// The open container, where it is a safetensors file.
  public var safetensors: SafetensorsFile? { content.safetensors }

  /// Opens `path` and recognises its format; reads no weights.
  ///
  /// - Throws: `ImportError` when it cannot be read, is damaged, or is of no known format.
  public init(path: String) throws(ImportError) {
    self.path = path
    self.content = try Self.content(of: path)
    let content = content
    guard let format = ModelFormat.allCases.first(where: { $0.recognizes(content) }) else {
      throw Self.unknownFormat(of: path, content)
    }
    self.format = format
  }

  /// Reads the model at `path`.
  ///
  /// - Parameters:
  ///   - path: the model.
  ///   - configuration: a JSON file with what the weights cannot tell, instead of `NAME.json` or
  ///     `config.json` beside the model.
  /// - Returns: its graph and its description.
  /// - Throws: `ImportError`, naming the file and the tensor or node.
  public static func read(
    path: String,
    configuration: String? = nil
  ) throws(ImportError) -> ImportedModel {
    try ModelFile(path: path).read(configuration: configuration)
  }

  /// Reads the model.
  ///
  /// - Parameters:
  ///   - explicit: the JSON file to read instead of those beside the model.
  ///   - logits: the name of the output that holds the logits, where there are several.
  /// - Returns: its graph and its description.
  /// - Throws: `ImportError`, naming the file and the tensor or node.
  public func read(
    configuration explicit: String? = nil,
    logits: String? = nil
  ) throws(ImportError) -> ImportedModel {
    func configuration(_ metadata: [String: String]) throws(ImportError) -> ModelConfiguration {
      try ModelConfiguration(path: path, metadata: metadata, explicit: explicit)
    }
    guard format != .packed else {
      throw .unsupported(
        file: path,
        place: nil,
        feature: "importing a program that Intaglio saved",
        advice: "open it as a packed model"
      )
    }
    guard format != .onnx else {
      let model = try ONNXFile.model(bytes(), path: path)
      let configuration = try configuration(ONNXFile.metadata(of: model))
      let file = try ONNXFile(model, path: path, image: configuration.imageExtents())
      return try file.imported(configuration, logits: logits)
    }
    guard let tensors = content.tensors else { throw Self.unknownFormat(of: path, content) }
    let settings = try configuration(content.safetensors?.metadata ?? [:])
    var model = try imported(tensors, settings)
    model.description.notes += tensors.notes
    return model
  }

  /// The model of a checkpoint's tensors.
  private func imported(
    _ tensors: any TensorSource,
    _ settings: ModelConfiguration
  ) throws(ImportError) -> ImportedModel {
    switch format {
    case .qvit: return try QViTCheckpoint.read(tensors, settings)
    case .huggingFace: return try HuggingFaceCheckpoint.read(tensors, settings)
    case .timm, .packed, .onnx:
      return SwinCheckpoint.recognizes(tensors)
        ? try SwinCheckpoint.read(tensors, settings) : try TimmCheckpoint.read(tensors, settings)
    }
  }
}

// Recognition

extension ModelFile {
  /// All bytes of the file.
  private func bytes() throws(ImportError) -> [UInt8] {
    guard case .other(let file, _) = content else {
      throw .malformed(file: path, place: nil, expected: "an ONNX model", found: "safetensors")
    }
    return MappedBytes(file: file, range: 0..<file.count).copy()
  }

  /// One file as the container that it is.
  private static func container(_ path: String) throws(ImportError) -> Content {
    do {
      let file = try MappedFile(path: path)
      let start = try file.withBytes { bytes throws(DataError) in
        bytes.extracting(first: 64).withUnsafeBytes { [UInt8]($0) }
      }
      if startsLikeSafetensors(start) { return .safetensors(try SafetensorsFile(file, path: path)) }
      if TorchFile.recognizes(start) { return .tensors(try TorchFile(file, path: path)) }
      return .other(file, start: start)
    } catch {
      throw .data(error)
    }
  }

  /// The tensors of one of several files.
  private static func shard(_ path: String) throws(ImportError) -> any TensorSource {
    let content = try container(path)
    if case .safetensors(let file) = content { return file }
    if case .tensors(let source) = content { return source }
    throw unknownFormat(of: path, content)
  }

  private static func content(of path: String) throws(ImportError) -> Content {
    let content = try container(path)
    guard let start = content.start, ShardedTensors.recognizes(path, start) else { return content }
    return .tensors(try ShardedTensors(index: path) { file throws(ImportError) in try shard(file) })
  }

  /// A length of at most eight digits, then the brace of a JSON object.
  private static func startsLikeSafetensors(_ start: [UInt8]) -> Bool {
    start.count > 8 && start[4..<8].allSatisfy { $0 == 0 } && start[8] == UInt8(ascii: "{")
  }

  /// The key of `ModelProto`'s first field, `ir_version`, and a version of one byte.
  static func startsLikeProtobuf(_ start: [UInt8]) -> Bool {
    start.count > 2 && start[0] == 0x08 && start[1] < 0x80
  }

  private static func unknownFormat(of path: String, _ content: Content) -> ImportError {
    switch content {
    case .safetensors, .tensors:
      .malformed(
        file: path,
        place: nil,
        expected: "tensors named as in timm (patch_embed.proj.weight, blocks.0.attn.qkv.weight, …),"
          + " as in Hugging Face's transformers, or as in Q-ViT",
        found: content.tensors?.names.first.map { "'\($0)' and the like" } ?? "no tensors"
      )
    case .other(_, let start) where GitLFSPointer.recognizes(start):
      .unreadable(file: path, reason: GitLFSPointer.reason)
    case .other(_, let start):
      ForeignFile.recognize(start).map { found in
        .unsupported(file: path, place: nil, feature: found.what, advice: found.advice)
      }
        ?? .malformed(
          file: path,
          place: nil,
          expected: "one of: " + ModelFormat.allCases.map(\.title).joined(separator: ", "),
          found: start.isEmpty ? "an empty file" : "something else"
        )
    }
  }
}
