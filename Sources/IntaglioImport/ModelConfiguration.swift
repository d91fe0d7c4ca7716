import IntaglioData

/// What a model's tensors cannot tell: the settings in `NAME.json` or `config.json` beside the file
/// and in its own metadata.
///
/// A setting is looked for in the JSON file first, then in the metadata; in both at the top level
/// first, then under `config`, `pretrained_cfg`, `model_args` and `preprocessor`. Keys of timm and
/// of Hugging Face are both known.
struct ModelConfiguration: Sendable {
  /// The model.
  let file: String
  /// The JSON file that was read, or the two that would be.
  let place: String
  /// The file's name without extension; the folder's where the file is just called `model`.
  let stem: String
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
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
    let parent = folder.split(separator: "/").last
    let beside = ["\(folder)\(stem).json", "\(folder)config.json"].filter {
      fileKind($0) != .absent
    }
    let chosen = explicit ?? beside.first
    var sources: [(name: String, value: JSONValue)] = []
    if let chosen { sources.append((chosen, try Self.object(in: chosen))) }
    sources.append(("the metadata of \(path)", .object(metadata.mapValues(JSONValue.string))))
    self.file = path
    self.stem = String(stem == "model" ? parent ?? stem : stem)
    self.place = chosen ?? "\(stem).json or config.json beside it"
    self.sources = sources
  }

  private static func object(in path: String) throws(ImportError) -> JSONValue {
    let bytes = try ImportError.reading { () throws(DataError) in
      try readFile(path, limit: limit)
    }
    guard let value = JSONValue(parsing: bytes), case .object = value else {
      throw .malformed(file: path, place: nil, expected: "a JSON object", found: "something else")
    }
    return value
  }

  // Lookup

  private static let sections = ["config", "pretrained_cfg", "model_args", "preprocessor"]

  /// The first value under one of `keys`, its key, and where it stands.
  private func value(_ keys: [String]) -> (value: JSONValue, key: String, source: String)? {
    for (name, root) in sources {
      for section in [root] + Self.sections.compactMap({ root[$0] }) {
        for key in keys {
          if let value = section[key], value != .null { return (value, key, name) }
        }
      }
    }
    return nil
  }

  /// Every value under one of `keys`, its key, and where it stands.
  func values(_ keys: [String]) -> [(value: JSONValue, key: String, source: String)] {
    sources.flatMap { name, root in
      ([root] + Self.sections.compactMap { root[$0] }).flatMap { section in
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

  /// Whether any of `keys` has a value.
  func states(_ keys: [String]) -> Bool { value(keys) != nil }

  /// The setting under one of `keys` as `read` understands it; `nil` when there is none.
  ///
  /// - Throws: `ImportError.malformed`, naming file and key, when it is there and not understood.
  func setting<T>(
    _ keys: [String],
    expected: String,
    _ read: (JSONValue) -> T?
  ) throws(ImportError) -> T? {
    guard let (value, key, source) = value(keys) else { return nil }
    guard let result = read(value) else {
      throw .malformed(file: source, place: key, expected: expected, found: value.text)
    }
    return result
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

  func bool(_ keys: String...) throws(ImportError) -> Bool? {
    try setting(keys, expected: "true or false", \.asBool)
  }

  func string(_ keys: String...) throws(ImportError) -> String? {
    try setting(keys, expected: "a text", \.asString)
  }

  /// A list, or one number for a list of one.
  func numbers(_ keys: String...) throws(ImportError) -> [Double]? {
    try setting(keys, expected: "a list of numbers") { value in
      value.asNumbers.flatMap { $0.allSatisfy(\.isFinite) ? $0 : nil }
    }
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
    case .array(let elements): "a list of \(elements.count)"
    case .object(let members): "an object of \(members.count)"
    }
  }
}
