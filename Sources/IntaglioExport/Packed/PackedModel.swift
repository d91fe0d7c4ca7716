import FoundationEssentials
public import IntaglioData
public import IntaglioGraph

/// A program in one memory-mappable file.
///
/// The file is a safetensors file. Its metadata holds the graph as JSON, the model's description,
/// the version of this layout and checksums; its tensors are the constants, integers at their own
/// width (a 3-bit weight takes 3 bits), reals as they are. Any graph goes: an integer program as
/// well as a float one or one with quantizers around real operations. Equal graphs give equal
/// bytes.
public struct PackedModel: Sendable {
  public let graph: Graph
  public let description: ModelDescription
  public let sizes: PackedSizes

  public init(graph: Graph, description: ModelDescription, sizes: PackedSizes) {
    self.graph = graph
    self.description = description
    self.sizes = sizes
  }
}

// Writing

extension PackedModel {
  /// Writes `graph` to `path`, whole or not at all.
  ///
  /// - Parameters:
  ///   - graph: the program.
  ///   - description: what is known beside the arithmetic.
  ///   - plan: how a runtime executes it, for a quick start; `nil` for none.
  ///   - path: the file.
  /// - Returns: what it takes.
  /// - Throws: `ExportError.data` when the system refuses.
  @discardableResult
  public static func write(
    graph: Graph,
    description: ModelDescription,
    plan: PackedPlan? = nil,
    to path: String
  ) throws(ExportError) -> PackedSizes {
    do {
      let program = try ProgramWriter(graph)
      let texts = Texts(
        program: try json(program.record, "program"),
        description: try json(description, "description")
      )
      let tensors = program.tensors.tensors + (try plan?.tensors() ?? [])
      let sum = try checksum(texts, tensors, name: \.name) { $1.update($0.bytes.span.bytes) }
      var metadata = [
        PackedFormat.versionKey: String(PackedFormat.version),
        PackedFormat.programKey: texts.program,
        PackedFormat.descriptionKey: texts.description,
        PackedFormat.checksumKey: sum,
        PackedFormat.generatorKey: "Intaglio",
      ]
      if plan != nil {
        let digests = texts.digests(tensors.map { PackedDigests.Tensor($0) })
        metadata[PackedFormat.digestsKey] = try json(digests, "checksums")
      }
      var sizes = program.tensors.sizes
      sizes.fileBytes = try SafetensorsFile.write(tensors, metadata: metadata, to: path)
      return sizes
    } catch {
      throw .data(error)
    }
  }

  private static func json(_ value: some Encodable, _ what: String) throws(DataError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinity.plus,
      negativeInfinity: infinity.minus,
      nan: infinity.none
    )
    guard let data = try? encoder.encode(value) else {
      throw .invalid(what: what, expected: "a value that JSON holds", found: "another")
    }
    return String(decoding: data, as: UTF8.self)
  }
}

// Reading

extension PackedModel {
  /// Whether the file is a packed model, of whatever version.
  public static func recognizes(_ file: SafetensorsFile) -> Bool {
    file.metadata[PackedFormat.versionKey] != nil
  }

  /// Reads the program at `path` and type-checks every node again.
  ///
  /// - Returns: the program and what it takes.
  /// - Throws: `ExportError`, naming the file and the node; never traps, whatever the file holds.
  public static func read(path: String) throws(ExportError) -> PackedModel {
    let file: SafetensorsFile
    do {
      file = try SafetensorsFile(contentsOf: path)
    } catch {
      throw .data(error)
    }
    return try read(file)
  }

  /// Reads the program of a file that is open already.
  ///
  /// - Returns: the program and what it takes.
  /// - Throws: as `read(path:)`.
  public static func read(_ file: SafetensorsFile) throws(ExportError) -> PackedModel {
    try checkVersion(file)
    let texts = try Texts(file)
    _ = try checkDigests(file)
    try check(texts, file)
    let program: ProgramRecord = try value(texts.program, PackedFormat.programKey, file)
    let description: ModelDescription = try value(
      texts.description,
      PackedFormat.descriptionKey,
      file
    )
    let reader = try ProgramReader(program, tensors: file)
    var sizes = reader.sizes
    sizes.fileBytes = file.byteCount
    return PackedModel(graph: reader.graph, description: description, sizes: sizes)
  }

  /// What is known beside the arithmetic.
  static func description(_ file: SafetensorsFile) throws(ExportError) -> ModelDescription {
    let text = try text(PackedFormat.descriptionKey, file)
    return try value(text, PackedFormat.descriptionKey, file)
  }

  static func checkVersion(_ file: SafetensorsFile) throws(ExportError) {
    guard let text = file.metadata[PackedFormat.versionKey] else {
      throw .notPacked(file: file.path)
    }
    guard let version = Int(text), version > 0 else {
      throw .malformed(
        file: file.path,
        place: "metadata '\(PackedFormat.versionKey)'",
        expected: "a version from 1 on",
        found: "'\(text.prefix(20))'"
      )
    }
    guard version <= PackedFormat.version else {
      throw .newerVersion(file: file.path, found: version, newest: PackedFormat.version)
    }
  }

  /// Verifies every part of a file with a stored plan.
  ///
  /// - Returns: whether it is one.
  /// - Throws: `ExportError.checksum`, naming the part that is damaged.
  static func checkDigests(_ file: SafetensorsFile) throws(ExportError) -> Bool {
    guard let text = file.metadata[PackedFormat.digestsKey] else { return false }
    guard let expected: PackedDigests = try? value(text, PackedFormat.digestsKey, file) else {
      throw .checksum(
        file: file.path,
        part: "its list of checksums",
        expected: "JSON",
        found: "none"
      )
    }
    let found = try Texts(file).digests(file.tensors.map { PackedDigests.Tensor($0) })
    try expected.check(found, file: file.path)
    return true
  }

  private static func check(_ texts: Texts, _ file: SafetensorsFile) throws(ExportError) {
    let expected = try text(PackedFormat.checksumKey, file)
    let found = try checksum(texts, file)
    guard expected == found else {
      throw .checksum(
        file: file.path,
        part: "its program, description or tensors",
        expected: String(expected.prefix(20)),
        found: found
      )
    }
  }

  private static func text(_ key: String, _ file: SafetensorsFile) throws(ExportError) -> String {
    if let text = file.metadata[key] { return text }
    throw .malformed(
      file: file.path,
      place: "metadata",
      expected: "the key '\(key)'",
      found: "none"
    )
  }

  private static func value<T: Decodable>(
    _ text: String,
    _ key: String,
    _ file: SafetensorsFile
  ) throws(ExportError) -> T {
    do {
      try JSONKeys.requireDistinct(Array(text.utf8), file: file.path, subject: "metadata '\(key)'")
    } catch {
      throw .data(error)
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: infinity.plus,
      negativeInfinity: infinity.minus,
      nan: infinity.none
    )
    do {
      return try decoder.decode(T.self, from: Data(text.utf8))
    } catch {
      throw .malformed(
        file: file.path,
        place: "metadata '\(key)'",
        expected: "JSON of this layout",
        found: "\(error)"
      )
    }
  }
}

extension PackedModel {
  /// The checksums that the content of a file asks for, by their keys in its metadata.
  ///
  /// For tests, which change files and make their checksums right again.
  package static func checksums(
    of file: SafetensorsFile
  ) throws(ExportError) -> [String: String] {
    let texts = Texts(
      program: try text(PackedFormat.programKey, file),
      description: try text(PackedFormat.descriptionKey, file)
    )
    var sums = [PackedFormat.checksumKey: try checksum(texts, file)]
    guard file.metadata[PackedFormat.digestsKey] != nil else { return sums }
    let digests = texts.digests(file.tensors.map { PackedDigests.Tensor($0) })
    do {
      sums[PackedFormat.digestsKey] = try json(digests, "checksums")
    } catch {
      throw .data(error)
    }
    return sums
  }

  private static func checksum(
    _ texts: Texts,
    _ file: SafetensorsFile
  ) throws(ExportError) -> String {
    do {
      return try checksum(texts, file.tensors, name: \.name) { tensor, sum throws(DataError) in
        try tensor.bytes.withBytes { bytes throws(DataError) in sum.update(bytes) }
      }
    } catch {
      throw .data(error)
    }
  }
}

// What both share

extension PackedModel {
  private struct Texts {
    let program: String
    let description: String

    init(program: String, description: String) {
      (self.program, self.description) = (program, description)
    }

    init(_ file: SafetensorsFile) throws(ExportError) {
      program = try PackedModel.text(PackedFormat.programKey, file)
      description = try PackedModel.text(PackedFormat.descriptionKey, file)
    }

    func digests(_ tensors: [PackedDigests.Tensor]) -> PackedDigests {
      PackedDigests(program: program, description: description, tensors: tensors)
    }
  }

  /// How JSON, which has no such numbers, spells them.
  private static let infinity = (plus: "inf", minus: "-inf", none: "nan")

  /// The CRC-32 of both texts, then of every tensor in the order of the names' UTF-8 bytes.
  private static func checksum<T>(
    _ texts: Texts,
    _ tensors: [T],
    name: (T) -> String,
    feed: (T, inout CRC32) throws(DataError) -> Void
  ) throws(DataError) -> String {
    var checksum = CRC32()
    for text in [texts.program, texts.description] {
      checksum.update(Array(text.utf8).span.bytes)
    }
    let ordered = tensors.sorted { name($0).utf8.lexicographicallyPrecedes(name($1).utf8) }
    for tensor in ordered { try feed(tensor, &checksum) }
    return checksum.text
  }
}
