#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The images of a folder, a list or an IDX file, one name after the other, in constant memory.
///
/// - A folder with IDX files gives their images, `t10k` unless there is only `train`.
/// - Any other folder gives the files named `.png`, `.jpg` or `.jpeg` in it and in the folders within,
///   in the order of their names' UTF-8 bytes, folder by folder; hidden ones are left out. Only the
///   names of the folders on the way are held.
/// - A file is a list: a line is a path, relative to the folder of the list. Empty lines are left out.
public struct ImageStream: ~Copyable {
  /// An image by its name.
  public struct Item: Sendable {
    /// As the stream names it: a path relative to the folder, a line of the list, or `#17`.
    public let name: String
    let source: Source

    enum Source: Sendable {
      case file(String)
      case idx(DataSet, Int)
    }

    /// The file; `nil` where the image is part of one.
    public var path: String? {
      if case .file(let path) = source { path } else { nil }
    }

    /// The image, decoded now.
    ///
    /// - Throws: as `Image.decode(fileAt:)`.
    public func image() throws(DataError) -> Image {
      switch source {
      case .file(let path): try Image.decode(fileAt: path)
      case .idx(let set, let index): try set.image(at: index)
      }
    }
  }

  private enum Origin {
    case folder(FolderWalk)
    case list(LineReader, folder: String)
    case idx(DataSet, next: Int)
  }

  private var origin: Origin

  /// - Throws: `DataError` when there is neither a folder nor a file at `path`, or it cannot be read.
  public init(_ path: String) throws(DataError) {
    switch fileKind(path) {
    case .folder:
      let folder = try DataSetFolder(path)
      guard folder.form == .idx else {
        origin = .folder(try FolderWalk(path))
        return
      }
      let isTest = folder.names.contains { $0.hasPrefix("t10k-") }
      let set = try DataSet.open(directory: path, split: isTest ? .test : .train, labelled: false)
      origin = .idx(set, next: 0)
    case .file: origin = .list(try LineReader(path), folder: splitPath(path).folder)
    case .other, .absent:
      throw .missing(file: path, what: "folder of images or list of files", found: "neither")
    }
  }

  /// The next image; `nil` behind the last.
  ///
  /// - Throws: `DataError` for a folder or a line that cannot be read.
  public mutating func next() throws(DataError) -> Item? {
    switch origin {
    case .folder(var walk):
      let name = try walk.next()
      origin = .folder(walk)
      return name.map { Item(name: $0, source: .file("\(walk.root)/\($0)")) }
    case .list(let reader, let folder):
      while let line = try reader.next() {
        let name = trimmed(line)
        guard !name.isEmpty else { continue }
        return Item(name: name, source: .file(name.hasPrefix("/") ? name : "\(folder)/\(name)"))
      }
      return nil
    case .idx(let set, let index):
      guard index < set.count else { return nil }
      origin = .idx(set, next: index + 1)
      return Item(name: set.name(at: index), source: .idx(set, index))
    }
  }
}

/// Goes through a folder and those within.
private struct FolderWalk {
  private struct Level {
    /// Relative to the root, with a slash behind it; empty for the root.
    let prefix: String
    let identity: Identity
    var names: ArraySlice<String>
  }

  private struct Identity: Equatable {
    let device: dev_t
    let number: ino_t

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      (device, number) = (status.st_dev, status.st_ino)
    }
  }

  let root: String
  private var levels: [Level] = []

  init(_ root: String) throws(DataError) {
    self.root = root
    try enter("")
  }

  private mutating func enter(_ prefix: String) throws(DataError) {
    let path = prefix.isEmpty ? root : "\(root)/\(prefix)"
    guard let identity = Identity(path) else {
      throw .unreadable(file: path, reason: systemReason())
    }
    guard !levels.contains(where: { $0.identity == identity }) else {
      throw .malformed(
        file: path,
        what: "the folder",
        expected: "no link to a folder that it lies in",
        found: "one"
      )
    }
    levels.append(Level(prefix: prefix, identity: identity, names: try namesInFolder(path)[...]))
  }

  /// The next image's path relative to the root.
  mutating func next() throws(DataError) -> String? {
    while let level = levels.last {
      guard let name = level.names.first else {
        levels.removeLast()
        continue
      }
      levels[levels.count - 1].names.removeFirst()
      let path = level.prefix + name
      switch fileKind("\(root)/\(path)") {
      case .folder: try enter(path + "/")
      case .file, .absent: if isImageName(name) { return path }
      case .other: break
      }
    }
    return nil
  }
}

/// The lines of a file, read one by one.
///
/// A class because it owns the open file.
private final class LineReader {
  /// A path is no longer than this.
  private static let limit = 1 << 16

  private let path: String
  private let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var range = 0..<0
  private var line = 0

  init(_ path: String) throws(DataError) {
    self.path = path
    descriptor = try openForReading(path)
  }

  deinit { close(descriptor) }

  func next() throws(DataError) -> String? {
    var bytes: [UInt8] = []
    line += 1
    while true {
      if range.isEmpty {
        let count = try fill()
        if count == 0 { return bytes.isEmpty ? nil : try text(bytes) }
      }
      let rest = buffer[range]
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        bytes += rest[..<end]
        range = end + 1..<range.upperBound
        return try text(bytes)
      }
      bytes += rest
      range = range.upperBound..<range.upperBound
      guard bytes.count <= Self.limit else {
        let limit = Self.limit
        throw .tooLarge(file: path, what: "line \(line)", limit: limit, found: bytes.count)
      }
    }
  }

  private func fill() throws(DataError) -> Int {
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(file: path, reason: systemReason()) }
      range = 0..<count
      return count
    }
  }

  private func text(_ bytes: [UInt8]) throws(DataError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(file: path, what: "line \(line)", expected: "UTF-8", found: "other bytes")
    }
    return text
  }
}
