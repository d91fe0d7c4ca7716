#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes a file so that a reader sees the old content or the new one, never a part.
///
/// The bytes go to a temporary file in the same folder, are flushed to the disk, and the temporary
/// file is renamed. Where anything fails the temporary file is removed and the old file stands.
public enum AtomicFile {
  /// Writes `bytes` to `path`, replacing a regular file or a symbolic link that stands there.
  ///
  /// - Throws: `DataError.unwritable` when the folder is missing or not writable, when something
  ///   other than a file stands at `path`, or when the disk is full.
  public static func write(bytes: [UInt8], to path: String) throws(DataError) {
    try write(to: path) { file throws(DataError) in try file.append(bytes) }
  }

  /// Writes what `body` appends, piece by piece, to `path`.
  package static func write(
    to path: String,
    _ body: (inout TemporaryFile) throws(DataError) -> Void
  ) throws(DataError) {
    var file = try TemporaryFile(for: path)
    try body(&file)
    try file.commit()
  }
}

/// A file under a temporary name that either becomes `path` or disappears.
package struct TemporaryFile: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private var descriptor: Int32

  fileprivate init(for path: String) throws(DataError) {
    let (folder, name) = splitPath(path)
    try checkTarget(path, folder: folder, name: name)
    // The name is new: the random part makes a clash unlikely and O_EXCL makes it an error.
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporaryPath = "\(folder)/.\(name.prefix(40)).\(suffix).tmp"
    let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(file: path, reason: systemReason()) }
    self.init(path: path, temporaryPath: temporaryPath, descriptor: descriptor)
  }

  private init(path: String, temporaryPath: String, descriptor: Int32) {
    self.path = path
    self.temporaryPath = temporaryPath
    self.descriptor = descriptor
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      unlink(temporaryPath)
    }
  }

  package mutating func append(_ bytes: [UInt8]) throws(DataError) {
    var position = 0
    while position < bytes.count {
      let written = writeSome(bytes[position...], to: descriptor)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .unwritable(file: path, reason: systemReason()) }
      position += written
    }
  }

  fileprivate mutating func commit() throws(DataError) {
    guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else {
      throw .unwritable(file: path, reason: systemReason())
    }
    close(descriptor)
    descriptor = -1
    flushFolder(splitPath(path).folder)
  }
}

/// One system call; returns how many bytes it took, or -1.
private func writeSome(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int {
  bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

private func checkTarget(_ path: String, folder: String, name: String) throws(DataError) {
  guard !name.isEmpty, name != ".", name != ".." else {
    throw .unwritable(file: path, reason: "it names a folder, not a file")
  }
  switch fileKind(folder) {
  case .folder: break
  case .absent: throw .unwritable(file: path, reason: "the folder \(folder) does not exist")
  case .file, .other: throw .unwritable(file: path, reason: "\(folder) is not a folder")
  }
  switch fileKind(path) {
  case .file, .absent: break
  case .folder: throw .unwritable(file: path, reason: "a folder stands there")
  case .other: throw .unwritable(file: path, reason: "a device or pipe stands there")
  }
}

/// Makes a rename in `folder` durable where the file system lets it.
private func flushFolder(_ folder: String) {
  let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
