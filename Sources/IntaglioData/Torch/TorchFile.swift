/// A checkpoint that `torch.save` wrote: tensors by name, in a zip archive or in the format from before
/// PyTorch 1.6.
///
/// The pickle in it says which tensors there are; it is read by `PickleMachine`, which executes nothing. The
/// numbers stay in the file until they are asked for.
public struct TorchFile: Sendable {
  /// The path as the caller gave it.
  public let path: String
  /// Where in the file's dictionaries the tensors were found, such as `model_ema`; `nil` at the top.
  public let section: String?
  public let tensors: [TorchTensor]
  private let positions: [String: Int]

  /// Whether a file that begins so may be one.
  package static func recognizes(_ start: [UInt8]) -> Bool {
    start.starts(with: ZipArchive.signature) || LegacyTorch.recognizes(start)
  }

  /// Opens and checks the file at `path`.
  ///
  /// - Throws: `DataError` when it is unreadable, damaged, or holds anything but tensors and plain values.
  public init(contentsOf path: String) throws(DataError) {
    try self.init(MappedFile(path: path), path: path)
  }

  /// Checks a file that is open already; messages call it `path`.
  ///
  /// - Throws: as `init(contentsOf:)`.
  package init(_ file: MappedFile, path: String) throws(DataError) {
    let start = file.withBytes { bytes in
      bytes.extracting(first: 64).withUnsafeBytes { [UInt8]($0) }
    }
    let content =
      start.starts(with: ZipArchive.signature)
      ? try ZipTorch.read(file) : try LegacyTorch.read(file)
    let (section, members) = try StateDictionary(content.heap, content.root, file: path).find()
    self.path = path
    self.section = section
    var (tensors, positions) = ([TorchTensor](), [String: Int]())
    for (name, index) in members {
      let tensor = content.heap.tensors[index]
      let storage = content.heap.storages[tensor.storage]
      guard let bytes = content.storages[storage.key] else {
        throw .missing(file: path, what: "storage '\(storage.key.prefix(40))'", found: "none")
      }
      guard let type = storage.type, type.byteCount(ofShape: [storage.count]) == bytes.count else {
        throw .malformed(
          file: path,
          what: "storage of '\(name)'",
          expected: "\(storage.count) numbers of a type that models have",
          found: "\(bytes.count) bytes"
        )
      }
      // The last one of a name counts, as in Python.
      positions[name] = tensors.count
      tensors.append(
        TorchTensor(
          file: path,
          name: name,
          type: type,
          shape: tensor.shape,
          strides: tensor.strides,
          offset: tensor.offset,
          storage: bytes
        )
      )
    }
    self.tensors = tensors.enumerated().filter { positions[$1.name] == $0 }.map(\.element)
    self.positions = Dictionary(
      uniqueKeysWithValues: self.tensors.enumerated().map { ($1.name, $0) }
    )
  }

  public var names: [String] { tensors.map(\.name) }

  public func contains(_ name: String) -> Bool { positions[name] != nil }

  /// - Throws: `DataError.missing` where there is no such tensor.
  public func tensor(named name: String) throws(DataError) -> TorchTensor {
    if let position = positions[name] { return tensors[position] }
    throw .missing(file: path, what: "tensor '\(name)'", found: "\(tensors.count) other tensors")
  }
}

/// What a file of PyTorch holds: a pickle's values, and the bytes of the storages that it names.
struct TorchContent {
  let heap: PickleHeap
  let root: PickleValue
  let storages: [String: MappedBytes]
}

/// A tensor in a file of PyTorch: a view of a storage, of any strides.
public struct TorchTensor: Sendable {
  let file: String
  public let name: String
  public let type: StorageType
  public let shape: [Int]
  /// In elements, one for each axis.
  let strides: [Int]
  /// The first element of the storage that it shows.
  let offset: Int
  /// All bytes of the storage.
  let storage: MappedBytes

  /// The bytes of its elements in C order.
  private var bytes: [UInt8] {
    let (width, count) = (type.byteCount, shape.reduce(1, *))
    guard count > 0 else { return [] }
    return storage.withBytes { span in
      if isContiguous {
        let start = offset * width
        return span.extracting(start..<start + count * width).withUnsafeBytes { [UInt8]($0) }
      }
      var result: [UInt8] = []
      result.reserveCapacity(count * width)
      var (index, position) = ([Int](repeating: 0, count: shape.count), offset)
      for _ in 0..<count {
        for byte in 0..<width {
          result.append(
            span.unsafeLoadUnaligned(fromByteOffset: position * width + byte, as: UInt8.self)
          )
        }
        for axis in shape.indices.reversed() {
          index[axis] += 1
          position += strides[axis]
          if index[axis] < shape[axis] { break }
          position -= strides[axis] * shape[axis]
          index[axis] = 0
        }
      }
      return result
    }
  }

  /// Whether the elements lie one after the other in C order.
  private var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      guard stride == expected else { return false }
      expected *= extent
    }
    return true
  }

  /// The elements as float32.
  ///
  /// - Throws: `DataError.unsupported` for integers of 32 and 64 bits.
  public func floats() throws(DataError) -> [Float] {
    if let floats = withSpan({ span in type.floats(in: span) }) { return floats }
    throw mismatch("a float type or an integer of at most 16 bits")
  }

  /// The elements as float64, always exact.
  ///
  /// - Throws: `DataError.unsupported` for integers of 64 bits.
  public func doubles() throws(DataError) -> [Double] {
    if let doubles = withSpan({ span in type.doubles(in: span) }) { return doubles }
    throw mismatch("a float type or an integer of at most 32 bits")
  }

  private func withSpan<Result>(_ body: (RawSpan) -> Result) -> Result {
    let bytes = bytes
    return body(bytes.span.bytes)
  }

  private func mismatch(_ expected: String) -> DataError {
    .unsupported(
      file: file,
      what: "the type of '\(name)' here",
      expected: expected,
      found: type.rawValue
    )
  }
}
