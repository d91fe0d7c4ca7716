import IntaglioData

/// Writes what `torch.save` writes of a dictionary of float32 tensors, for tests: pickles, zip archives without
/// compression, and the older format.
package enum TorchWriter {
  /// A view of a storage.
  package struct Tensor {
    package var name: String
    package var shape: [Int]
    package var strides: [Int]
    package var offset = 0
    /// All numbers of its storage.
    package var storage: [Float]

    /// A tensor whose storage is its own, in C order.
    package init(_ name: String, _ shape: [Int], _ numbers: [Float]) {
      (self.name, self.shape, storage) = (name, shape, numbers)
      strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    }
  }

  /// A zip archive as PyTorch writes it since version 1.6.
  package static func file(_ tensors: [Tensor], sections: [String] = []) -> [UInt8] {
    var entries = [("archive/data.pkl", pickle(tensors, sections: sections))]
    for (index, tensor) in tensors.enumerated() {
      entries.append(("archive/data/\(index)", bytes(tensor.storage)))
    }
    entries.append(("archive/byteorder", Array("little".utf8)))
    return zip(entries)
  }

  /// The format from before.
  package static func legacy(_ tensors: [Tensor]) -> [UInt8] {
    let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    var result: [UInt8] = [0x80, 2, 0x8A, 10] + magic + [0x2E]
    result += [0x80, 2, 0x4D] + littleEndianBytes([UInt16(1001)]) + [0x2E]
    result += [0x80, 2, 0x7D, 0x28] + text("little_endian") + [0x88, 0x75, 0x2E]
    result += pickle(tensors, isLegacy: true)
    result += [0x80, 2, 0x5D, 0x28]
    for index in tensors.indices { result += text("\(index)") }
    result += [0x65, 0x2E]
    for tensor in tensors {
      result += littleEndianBytes([UInt64(tensor.storage.count)]) + bytes(tensor.storage)
    }
    return result
  }

  private static func bytes(_ numbers: [Float]) -> [UInt8] {
    littleEndianBytes(numbers.map(\.bitPattern))
  }

  // Pickles

  /// A dictionary of tensors, in dictionaries of these names.
  package static func pickle(
    _ tensors: [Tensor],
    sections: [String] = [],
    isLegacy: Bool = false
  ) -> [UInt8] {
    var result: [UInt8] = [0x80, 2]
    for section in sections { result += [0x7D, 0x28] + text(section) }
    result += [0x7D, 0x28]
    for (index, tensor) in tensors.enumerated() {
      result += text(tensor.name)
      result += global("torch._utils", "_rebuild_tensor_v2")
      result += [0x28, 0x28] + text("storage") + global("torch", "FloatStorage")
      result += text("\(index)") + text("cpu") + integer(tensor.storage.count)
      result += (isLegacy ? [0x4E] : []) + [0x74, 0x51]
      result += integer(tensor.offset) + tuple(tensor.shape) + tuple(tensor.strides)
      result += [0x89] + global("collections", "OrderedDict") + [0x29, 0x52, 0x74, 0x52]
    }
    return result + [0x75] + sections.flatMap { _ in [0x75] as [UInt8] } + [0x2E]
  }

  package static func text(_ text: String) -> [UInt8] {
    [0x58] + littleEndianBytes([UInt32(text.utf8.count)]) + Array(text.utf8)
  }

  package static func global(_ module: String, _ name: String) -> [UInt8] {
    [0x63] + Array("\(module)\n\(name)\n".utf8)
  }

  package static func integer(_ value: Int) -> [UInt8] {
    [0x8A, 8] + littleEndianBytes([UInt64(bitPattern: Int64(value))])
  }

  private static func tuple(_ numbers: [Int]) -> [UInt8] {
    [0x28] + numbers.flatMap(integer) + [0x74]
  }

  // Archives

  /// An entry of an archive, and what its directory says of it.
  package struct Entry {
    package var name: String
    package var content: [UInt8]
    package var method = 0
    package var flags = 0
    /// In place of the right ones.
    package var size: Int?
    package var place: Int?

    package init(name: String, content: [UInt8]) { (self.name, self.content) = (name, content) }
  }

  package static func zip(_ entries: [(String, [UInt8])]) -> [UInt8] {
    zip(entries.map { Entry(name: $0.0, content: $0.1) })
  }

  package static func zip(_ entries: [Entry]) -> [UInt8] {
    func short(_ value: Int) -> [UInt8] { littleEndianBytes([UInt16(truncatingIfNeeded: value)]) }
    func long(_ value: Int) -> [UInt8] { littleEndianBytes([UInt32(truncatingIfNeeded: value)]) }
    var (result, directory) = ([UInt8](), [UInt8]())
    for entry in entries {
      let (name, size) = (Array(entry.name.utf8), entry.size ?? entry.content.count)
      let common =
        short(20) + short(entry.flags) + short(entry.method) + long(0) + long(0) + long(size)
        + long(size) + short(name.count) + short(0)
      directory += [0x50, 0x4B, 1, 2] + short(20) + common + short(0) + short(0) + short(0)
      directory += long(0) + long(entry.place ?? result.count) + name
      result += [0x50, 0x4B, 3, 4] + common + name + entry.content
    }
    let start = result.count
    result += directory
    result +=
      [0x50, 0x4B, 5, 6] + short(0) + short(0) + short(entries.count) + short(entries.count)
    return result + long(directory.count) + long(start) + short(0)
  }
}
