import IntaglioData

/// Files that people hand over in place of a model, known by their first bytes.
enum ForeignFile {
  /// What the file is, and what to do about it.
  typealias Finding = (what: String, advice: String)

  /// - Parameter start: the first bytes of the file.
  /// - Returns: `nil` for a file of none of these kinds.
  static func recognize(_ start: [UInt8]) -> Finding? {
    if let found = signatures.first(where: { start.starts(with: $0.bytes) }) {
      return found.finding
    }
    if start.count >= 8, start[4..<8].elementsEqual("TFL3".utf8) {
      return ("a TensorFlow Lite model", "export the model as ONNX")
    }
    // A pickle's first operation is its protocol.
    if start.count > 1, start[0] == 0x80, (2...5).contains(start[1]) {
      return ("a pickled PyTorch checkpoint", stateDictionary)
    }
    return text(start)
  }

  private static let stateDictionary = "save its state_dict with safetensors.torch.save_file"
  private static let unpack = "unpack it first"

  private static let signatures: [(bytes: [UInt8], finding: Finding)] = [
    ([0x1F, 0x8B], ("a file packed by gzip", unpack)),
    ([0x28, 0xB5, 0x2F, 0xFD], ("a file packed by zstd", unpack)),
    ([0xFD] + Array("7zXZ".utf8), ("a file packed by xz", unpack)),
    (Array("BZh".utf8), ("a file packed by bzip2", unpack)),
    (Array("7z".utf8) + [0xBC, 0xAF], ("a 7z archive", unpack)),
    (Array("GGUF".utf8), ("a GGUF model", "export the original model as ONNX or safetensors")),
    (
      [0x89] + Array("HDF\r\n".utf8),
      ("an HDF5 file, such as Keras writes,", "export the model as ONNX")
    ),
    ([0x89] + Array("PNG".utf8), ("an image", "name the model before its images")),
    ([0xFF, 0xD8, 0xFF], ("an image", "name the model before its images")),
    ([0x93] + Array("NUMPY".utf8), ("a NumPy array", "name the model before its arrays")),
  ]

  /// What begins like a text of some kind; byte order mark and white space may stand before.
  private static func text(_ start: [UInt8]) -> Finding? {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let rest = start.starts(with: mark) ? start.dropFirst(3) : start[...]
    let plain = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    let word = String(decoding: plain.prefix(16), as: UTF8.self).lowercased()
    if ["<!doctype", "<html", "<head", "<body", "<!--"].contains(where: word.hasPrefix) {
      return ("a web page", "download the file itself, not the page that shows it")
    }
    if word.hasPrefix("<?xml") {
      return ("an XML text, such as OpenVINO writes,", "export the original model as ONNX")
    }
    if word.hasPrefix("{") || word.hasPrefix("[") {
      return ("a JSON text", "name the model that it belongs to; the JSON beside it is found")
    }
    return nil
  }
}
