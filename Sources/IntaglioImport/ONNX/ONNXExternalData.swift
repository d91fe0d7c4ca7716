import Foundation
import IntaglioData

/// The data files beside a model file that hold its larger tensors.
///
/// A location is relative and leads neither up nor away. What stands there may be a symbolic link where it
/// leads into the folder again, or into the folder of the file that the model itself is a link to: so
/// Hugging Face's cache keeps model and data, and no link that an archive brought along reaches
/// anything else.
struct ONNXExternalData {
  /// The folder of the model file.
  let folder: String
  /// The folders in which data may lie in the end, links resolved.
  private let homes: [String]
  private var files: [String: MappedFile] = [:]

  init(folder: String) {
    self.folder = folder
    homes = [Self.resolved(folder)]
  }

  /// The data files beside the model at `path`, or beside what it is a link to.
  init(model path: String) {
    folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    homes = [
      Self.resolved(folder),
      URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent().path,
    ]
  }

  private static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }

  /// How many bytes the data files that `tensors` name hold, each file once.
  func byteCount(of tensors: [ONNXTensorProto]) -> Int {
    let locations = Set(
      tensors.filter { $0.dataLocation == 1 }.flatMap(\.externalData).filter {
        $0.key == "location"
      }
      .map(\.value)
    )
    return locations.reduce(0) { total, location in
      let path = folder + "/" + location
      guard staysInside(location, path) else { return total }
      let size = try? URL(fileURLWithPath: Self.resolved(path))
        .resourceValues(forKeys: [.fileSizeKey]).fileSize
      return total + (size ?? 0)
    }
  }

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
        expected: "external data in the model's folder, or where the model is a link to",
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

  /// Whether `location` leads neither up nor away, and links only to where data may lie.
  private func staysInside(_ location: String, _ path: String) -> Bool {
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.hasPrefix("/"), !parts.contains(".."), !location.contains("\0") else {
      return false
    }
    let target = Self.resolved(path)
    return homes.contains { target.hasPrefix($0.hasSuffix("/") ? $0 : $0 + "/") }
  }
}
