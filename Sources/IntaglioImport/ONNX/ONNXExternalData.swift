import Foundation
import IntaglioData

/// The data files beside a model file that hold its larger tensors.
struct ONNXExternalData {
  /// The folder of the model file; nothing outside is read.
  let folder: String
  private var files: [String: MappedFile] = [:]

  init(folder: String) { self.folder = folder }

  /// The bytes of `tensor`, which says where they lie: a file, an offset and a length.
  ///
  /// - Throws: `malformed` when the file is missing or too short, or lies outside the folder.
  mutating func bytes(
    of tensor: ONNXTensorProto,
    count: Int,
    place: String
  ) throws(ONNXFault) -> MappedBytes {
    let entries = Dictionary(
      tensor.externalData.map { ($0.key, $0.value) },
      uniquingKeysWith: { first, _ in first }
    )
    guard let location = entries["location"], !location.isEmpty else {
      throw .malformed(place: place, expected: "the location of its data", found: "none")
    }
    let offset = try number(entries["offset"], "offset", place) ?? 0
    let length = try number(entries["length"], "length", place) ?? count
    guard length == count else {
      throw .malformed(
        place: place,
        expected: "\(count) bytes of external data",
        found: "a length of \(length)"
      )
    }
    let file = try open(location, place)
    guard offset <= file.count, length <= file.count - offset else {
      throw .malformed(
        place: place,
        expected: "\(length) bytes at \(offset) in \(location)",
        found: "a file of \(file.count) bytes"
      )
    }
    return MappedBytes(file: file, range: offset..<offset + length)
  }

  private func number(
    _ text: String?,
    _ what: String,
    _ place: String
  ) throws(ONNXFault) -> Int? {
    guard let text else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw .malformed(place: place, expected: "\(what) in bytes", found: "\"\(text)\"")
    }
    return number
  }

  private mutating func open(
    _ location: String,
    _ place: String
  ) throws(ONNXFault) -> MappedFile {
    if let file = files[location] { return file }
    let path = folder + "/" + location
    guard staysInside(location, path) else {
      throw .malformed(
        place: place,
        expected: "external data inside the model's folder",
        found: "\"\(location)\""
      )
    }
    do {
      let file = try MappedFile(path: path)
      files[location] = file
      return file
    } catch {
      throw .malformed(
        place: place,
        expected: "its external data beside the model",
        found: "\(error)"
      )
    }
  }

  /// Whether `location` leads neither up nor away, symbolic links included.
  private func staysInside(_ location: String, _ path: String) -> Bool {
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.hasPrefix("/"), !parts.contains(".."), !location.contains("\0") else {
      return false
    }
    let home = URL(fileURLWithPath: folder).resolvingSymlinksInPath().standardizedFileURL.path
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    return target.hasPrefix(home.hasSuffix("/") ? home : home + "/")
  }
}
