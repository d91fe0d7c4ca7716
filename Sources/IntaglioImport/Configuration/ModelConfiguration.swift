import IntaglioData

/// What a model's tensors cannot tell: the settings in `NAME.json`, or else `config.json`, and in
/// `preprocessor_config.json` beside the file, and in its own metadata.
///
/// A setting is looked for in the JSON files first, then in the metadata; in each at the top level
/// first, then under `config`, `pretrained_cfg`, `model_args` and `preprocessor`. Keys of timm and
/// of Hugging Face are both known; those that are not are refused as `ConfigurationKeys` says.
struct ModelConfiguration: Sendable {
  /// The model.
  let file: String
  /// The JSON file that was read, or the two that would be.
  let place: String
  /// The file's name without extension; the folder's where the file is just called `model`.
  let stem: String
  /// The first ones are files, the last one is the metadata.
  private let sources: [(name: String, value: JSONValue)]

  /// The longest JSON file that is read, in bytes.
  static let limit = 16 << 20

  /// Reads what stands beside the model at `path`.
  ///
  /// - Parameters:
  ///   - path: the model.
  ///   - metadata: the model's own.
  ///   - explicit: the JSON file to read instead of those beside it.
  /// - Throws: `ImportError` when the JSON file is unreadable or not a JSON object.
  init(
    path: String,
    metadata: [String: String],
    explicit: String? = nil
  ) throws(ImportError) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let name = path.dropFirst(folder.count)
    let stem = Self.stem(of: String(name))
    let parent = folder.split(separator: "/").last
    let beside = ["\(folder)\(stem).json", "\(folder)config.json"].filter {
      fileKind($0) != .absent
    }
    let processor = folder + ConfigurationKeys.processorFile
    let isProcessed = explicit == nil && fileKind(processor) != .absent
    let chosen = explicit ?? beside.first
    let files = [chosen, isProcessed ? processor : nil].compactMap { $0 }
    var sources: [(name: String, value: JSONValue)] = []
    for file in files { sources.append((file, try Self.object(in: file))) }
    let stated = metadata.filter { key, _ in
      !ConfigurationKeys.geometry.contains(key) || !Self.stateGeometry(sources.map(\.value))
    }
    sources.append(("the metadata of \(path)", .object(stated.mapValues(JSONValue.string))))
    self.file = path
    self.stem = Self.usualStems.contains(stem) ? parent.map { String($0) } ?? stem : stem
    self.place = files.first ?? "\(stem).json or config.json beside it"
    self.sources = sources
  }

  /// What hubs call a model's file: the folder has the model's name.
  private static let usualStems: Set = ["model", "pytorch_model"]

  /// A file's name without its extension, `.index.json` of a model in several files among them.
  private static func stem(of name: String) -> String {
    let endings = [".safetensors.index.json", ".bin.index.json"]
    if let ending = endings.first(where: name.hasSuffix) {
      return String(name.dropLast(ending.count))
    }
    return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }

  /// Whether a file says how images are resized: then it says so alone, since timm and Hugging Face have
  /// different keys for that.
  private static func stateGeometry(_ files: [JSONValue]) -> Bool {
    files.contains { root in
      ([root] + ConfigurationKeys.sections.compactMap { root[$0] }).contains { section in
        ConfigurationKeys.geometry.contains { (section[$0] ?? .null) != .null }
      }
    }
  }

  private static func object(in path: String) throws(ImportError) -> JSONValue {
    let bytes = try ImportError.reading { () throws(DataError) in
      try readFile(path, limit: limit)
    }
    let value = try JSONValue(parsing: bytes, file: path)
    guard case .object(let members) = value else {
      throw .malformed(file: path, place: nil, expected: "a JSON object", found: value.text)
    }
    try ConfigurationKeys.check(members, file: path)
    return value
  }

  // Lookup

  /// A value and where it stands.
  private typealias Entry = (value: JSONValue, key: String, source: String)

  /// The values under any of `keys` in the files, or else in the metadata, the first one first.
  private func values(_ keys: [String], inSections: Bool = true) -> [Entry] {
    // The part of a model for images may have placeholders of classes beside those of the whole.
    let isAboutClasses = keys.contains { ["id2label", "label2id", "num_labels"].contains($0) }
    func entries(_ name: String, _ root: JSONValue) -> [Entry] {
      let sections = ConfigurationKeys.sections + (isAboutClasses ? [] : [ConfigurationKeys.vision])
      let nested = inSections ? sections.compactMap { root[$0] } : []
      return ([root] + nested).flatMap { section in
        keys.compactMap { key in
          guard let value = section[key], value != .null else { return nil }
          return (value, key, name)
        }
      }
    }
    let found = sources.dropLast().flatMap { entries($0.name, $0.value) }
    return found.isEmpty ? sources.suffix(1).flatMap { entries($0.name, $0.value) } : found
  }

  /// Every value under one of `keys`, in files and metadata, its key, and where it stands.
  func everyValue(of keys: [String]) -> [(value: JSONValue, key: String, source: String)] {
    sources.flatMap { name, root in
      ([root] + ConfigurationKeys.sections.compactMap { root[$0] }).flatMap { section in
        keys.compactMap { key in
          section[key].flatMap { $0 == .null ? nil : ($0, key, name) }
        }
      }
    }
  }

  /// The keys of `section` that have a value, in alphabetical order, and where they stand.
  func keys(of section: String) -> [(key: String, source: String)] {
    sources.flatMap { name, root -> [(key: String, source: String)] in
      guard case .object(let members)? = root[section] else { return [] }
      return members.filter { $0.value != .null }.keys.sorted().map { ($0, name) }
    }
  }

  /// Every key of the model's own JSON and of its part for images, with its value and where it stands.
  func modelEntries() -> [(key: String, value: JSONValue, source: String)] {
    let files = sources.dropLast().filter { !$0.name.hasSuffix(ConfigurationKeys.processorFile) }
    var entries: [(key: String, value: JSONValue, source: String)] = []
    for (name, root) in files {
      for section in [root, root[ConfigurationKeys.vision] ?? .null] {
        guard case .object(let members) = section else { continue }
        entries += members.sorted { $0.key < $1.key }.map { ($0.key, $0.value, name) }
      }
    }
    return entries
  }

  /// Whether any of `keys` has a value.
  func states(_ keys: String...) -> Bool { states(keys) }

  /// Whether any of `keys` has a value.
  func states(_ keys: [String]) -> Bool { !values(keys).isEmpty }

  /// Where the setting under one of `keys` stands; where it could be written when nothing has it.
  func place(of keys: String...) -> String { values(keys).first?.source ?? place }

  /// The setting under one of `keys` as `read` understands it; `nil` when there is none.
  ///
  /// - Throws: `ImportError.malformed`, naming file and key, when it is there and not understood.
  func setting<T>(
    _ keys: [String],
    expected: String,
    _ read: (JSONValue) -> T?
  ) throws(ImportError) -> T? {
    try values(keys).first.map { entry throws(ImportError) in
      try Self.value(entry, expected: expected, read)
    }
  }

  /// The setting that all of `keys` agree on, wherever they stand; `nil` where none does.
  ///
  /// `advice` says what may be behind a value that is not understood.
  /// - Throws: `ImportError.malformed` when one is not understood, or two say different things,
  ///   naming both.
  func agreed<T: Equatable>(
    _ keys: [String],
    inSections: Bool = true,
    expected: String,
    advice: (JSONValue) -> String? = { _ in nil },
    _ read: (JSONValue) -> T?
  ) throws(ImportError) -> T? {
    let entries = values(keys, inSections: inSections)
    guard let first = entries.first else { return nil }
    let result = try Self.value(first, expected: expected, advice: advice, read)
    for other in entries.dropFirst()
    where try Self.value(other, expected: expected, advice: advice, read) != result {
      let isOneFile = other.source == first.source
      throw .malformed(
        file: first.source,
        place: first.key,
        expected: "what \"\(other.key)\" says"
          + (isOneFile ? "" : " in \(other.source)") + " (\(other.value.text))",
        found: "\(first.value.text); leave one of the two out"
      )
    }
    return result
  }

  private static func value<T>(
    _ entry: Entry,
    expected: String,
    advice: (JSONValue) -> String? = { _ in nil },
    _ read: (JSONValue) -> T?
  ) throws(ImportError) -> T {
    if let result = read(entry.value) { return result }
    let advice = advice(entry.value).map { "; \($0)" } ?? ""
    throw .malformed(
      file: entry.source,
      place: entry.key,
      expected: expected,
      found: entry.value.text + advice
    )
  }

  /// A count from 1 on.
  func count(_ keys: String...) throws(ImportError) -> Int? {
    try setting(keys, expected: "a whole number from 1 on") { value in
      value.asInteger.flatMap { $0 > 0 && $0 <= Int32.max ? $0 : nil }
    }
  }

  func number(_ keys: String...) throws(ImportError) -> Double? {
    try setting(keys, expected: "a number") { value in
      value.asNumber.flatMap { $0.isFinite ? $0 : nil }
    }
  }

  func string(_ keys: String...) throws(ImportError) -> String? {
    try setting(keys, expected: "a text", \.asString)
  }

  /// The error for a setting that nothing tells.
  func missing(_ meaning: String, key: String, example: String) -> ImportError {
    .missingSetting(file: file, meaning: meaning, key: key, example: example, place: place)
  }
}

extension JSONValue {
  /// A short form for messages.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): "\"\(text.prefix(60))\""
    case .array(let elements) where elements.count < 5:
      "[" + elements.map(\.text).joined(separator: ", ") + "]"
    case .array(let elements): "a list of \(elements.count)"
    case .object(let members): "an object of \(members.count)"
    }
  }
}
