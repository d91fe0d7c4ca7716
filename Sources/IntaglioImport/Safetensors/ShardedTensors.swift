import IntaglioData
import IntaglioGraph

/// A checkpoint in several files, with an index that says which tensor stands where, as hubs write it:
/// `{"weight_map": {"NAME": "model-00001-of-00002.safetensors", …}}`.
struct ShardedTensors: TensorSource {
  let path: String
  let metadata: [String: String]
  private let shards: [any TensorSource]
  /// Which of the files has a tensor.
  private let places: [String: Int]

  /// The most files that one index may name.
  static let limit = 1000

  /// Whether a file of this name and these first bytes is an index.
  static func recognizes(_ path: String, _ start: [UInt8]) -> Bool {
    path.hasSuffix(".index.json") && start.first { $0 > 0x20 } == UInt8(ascii: "{")
  }

  var names: [String] { places.keys.sorted() }

  /// - Parameters:
  ///   - path: the index.
  ///   - open: opens one of its files.
  /// - Throws: `ImportError` when the index is malformed, names a file outside its folder, or a tensor that is
  ///   not where it says.
  init(
    index path: String,
    open: (String) throws(ImportError) -> any TensorSource
  ) throws(ImportError) {
    self.path = path
    let bytes = try ImportError.reading { () throws(DataError) in
      try readFile(path, limit: ModelConfiguration.limit)
    }
    guard case .object(let map)? = try JSONValue(parsing: bytes, file: path)["weight_map"],
      !map.isEmpty
    else {
      throw .malformed(file: path, place: "weight_map", expected: "files by tensor", found: "none")
    }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var (shards, indices, places) = ([any TensorSource](), [String: Int](), [String: Int]())
    for (tensor, value) in map.sorted(by: { $0.key < $1.key }) {
      guard let file = value.asString, Self.isPlain(file) else {
        throw .malformed(
          file: path,
          place: "weight_map, \(tensor)",
          expected: "the name of a file beside the index",
          found: value.text
        )
      }
      if indices[file] == nil {
        guard shards.count < Self.limit else {
          throw .malformed(
            file: path,
            place: "weight_map",
            expected: "at most \(Self.limit) files",
            found: "more"
          )
        }
        indices[file] = shards.count
        shards.append(try open(folder + file))
      }
      let index = indices[file] ?? 0
      guard shards[index].contains(tensor) else {
        throw .malformed(
          file: shards[index].path,
          place: nil,
          expected: "a tensor \(tensor), as \(path) says",
          found: "none"
        )
      }
      places[tensor] = index
    }
    for (index, shard) in shards.enumerated() {
      guard let name = shard.names.first(where: { places[$0] != index }) else { continue }
      throw .malformed(
        file: shard.path,
        place: "tensor \(name)",
        expected: "a tensor that \(path) has in this file",
        found: "one that it has not"
      )
    }
    self.shards = shards
    self.places = places
    metadata = [:]
  }

  /// A name without a folder, so that an index cannot point outside its own.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.contains("/") && !name.hasPrefix(".") && !name.contains("\0")
  }

  func contains(_ name: String) -> Bool { places[name] != nil }

  func shape(of name: String) throws(ImportError) -> [Int] {
    try shard(of: name).shape(of: name)
  }

  func real(_ name: String) throws(ImportError) -> Tensor { try shard(of: name).real(name) }

  private func shard(of name: String) throws(ImportError) -> any TensorSource {
    if let index = places[name] { return shards[index] }
    throw .data(
      .missing(file: path, what: "tensor '\(name)'", found: "\(places.count) other tensors")
    )
  }
}
