/// The format since PyTorch 1.6: a zip archive with `NAME/data.pkl` and a file `NAME/data/KEY` per storage.
enum ZipTorch {
  static func read(_ file: MappedFile) throws(DataError) -> TorchContent {
    let entries = try ZipArchive(file).entries
    let suffix = "data.pkl"
    let pickles = entries.keys.filter { $0 == suffix || $0.hasSuffix("/" + suffix) }
    guard pickles.count == 1, let pickle = pickles.first, let range = entries[pickle] else {
      throw .unsupported(
        file: file.path,
        what: "a zip archive",
        expected: "a checkpoint of PyTorch with one data.pkl",
        found: pickles.isEmpty ? "none; unpack it where it holds a model" : "\(pickles.count)"
      )
    }
    let folder = pickle.dropLast(suffix.count)
    if entries.keys.contains(where: { $0.hasPrefix(folder + "code/") }) {
      throw .unsupported(
        file: file.path,
        what: "a TorchScript program",
        expected: "a checkpoint of tensors",
        found: "code, which is not run; export the model as ONNX, or save its state_dict()"
      )
    }
    if let order = entries[folder + "byteorder"] {
      let text = MappedBytes(file: file, range: order).copy()
      guard text.elementsEqual("little".utf8) else {
        throw .unsupported(
          file: file.path,
          what: "byte order",
          expected: "little",
          found: String(decoding: text.prefix(16), as: UTF8.self)
        )
      }
    }
    guard range.count <= PickleMachine.limit else {
      throw .tooLarge(
        file: file.path,
        what: "pickle",
        limit: PickleMachine.limit,
        found: range.count
      )
    }
    var machine = PickleMachine(
      MappedBytes(file: file, range: range).copy(),
      file: file.path
    )
    let root = try machine.run()
    let prefix = folder + "data/"
    var storages: [String: MappedBytes] = [:]
    for (name, range) in entries where name.hasPrefix(prefix) {
      storages[String(name.dropFirst(prefix.count))] = MappedBytes(file: file, range: range)
    }
    return TorchContent(heap: machine.heap, root: root, storages: storages)
  }
}

/// The format before: pickles of a magic number, a version, a description of the machine, the object and the
/// keys of its storages, then each storage as its count and its numbers.
enum LegacyTorch {
  /// The pickle of 0x1950A86A20F9469CFC6C in protocol 2.
  private static let magic: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  static func recognizes(_ start: [UInt8]) -> Bool { start.starts(with: magic) }

  static func read(_ file: MappedFile) throws(DataError) -> TorchContent {
    // The pickles stand in front of the numbers; nobody knows where they end before they are read.
    let head = MappedBytes(file: file, range: 0..<min(file.count, PickleMachine.limit)).copy()
    guard recognizes(head) else {
      throw .malformed(
        file: file.path,
        what: "checkpoint of PyTorch",
        expected: "a zip archive or the older format",
        found: "another pickle; save the model's state_dict() with torch.save"
      )
    }
    var position = magic.count
    func next() throws(DataError) -> (PickleMachine, PickleValue) {
      var machine = PickleMachine(head, from: position, file: file.path)
      let value = try machine.run()
      position = machine.position
      return (machine, value)
    }
    let version = try next().1
    guard version == .integer(1001) else {
      throw .unsupported(
        file: file.path,
        what: "version of the checkpoint",
        expected: "1001",
        found: "another"
      )
    }
    let (system, description) = try next()
    if case .dictionary(let index) = description,
      system.heap.dictionaries[index].contains(where: {
        $0.key == .text("little_endian") && $0.value == .bool(false)
      })
    {
      throw .unsupported(file: file.path, what: "byte order", expected: "little", found: "big")
    }
    let (machine, root) = try next()
    let (keys, list) = try next()
    guard case .list(let index) = list else {
      throw .malformed(
        file: file.path,
        what: "checkpoint of PyTorch",
        expected: "a list of storages",
        found: "something else"
      )
    }
    var types: [String: PickledStorage] = [:]
    for storage in machine.heap.storages { types[storage.key] = storage }
    var storages: [String: MappedBytes] = [:]
    for key in keys.heap.lists[index] {
      guard case .text(let key) = key, let storage = types[key], let type = storage.type else {
        throw .malformed(
          file: file.path,
          what: "checkpoint of PyTorch",
          expected: "storages of types that models have",
          found: "others"
        )
      }
      let size = type.byteCount(ofShape: [storage.count])
      guard let size, file.count - position >= 8, size <= file.count - position - 8 else {
        throw .truncated(
          file: file.path,
          what: "storage '\(key.prefix(40))'",
          expected: size ?? storage.count,
          found: max(0, file.count - position - 8)
        )
      }
      let count = file.withBytes { bytes in
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
      }
      guard Int(clamping: count) == storage.count else {
        throw .malformed(
          file: file.path,
          what: "storage '\(key.prefix(40))'",
          expected: "\(storage.count) numbers",
          found: "\(count)"
        )
      }
      storages[key] = MappedBytes(file: file, range: position + 8..<position + 8 + size)
      position += 8 + size
    }
    return TorchContent(heap: machine.heap, root: root, storages: storages)
  }
}
