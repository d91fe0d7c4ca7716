import CIntaglioFiles

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Where a file that is written ends up: symbolic links followed, files only.
///
/// A link stays a link, and what it points to is replaced; one that points to nothing makes its
/// target. Devices, pipes, sockets and the links by which the system names open streams
/// (`/dev/stdout`) are no files that could be replaced as a whole.
struct WriteTarget {
  /// No symbolic link.
  let path: String
  let folder: String
  /// Of the file that stands there; `nil` where none does.
  let permissions: Permissions?

  /// What a new file takes over from the one that it replaces.
  struct Permissions {
    let mode: mode_t
    let user: uid_t
    let group: gid_t
  }

  /// - Throws: `DataError.unwritable` where no file can stand, or a write-protected one does.
  init(_ path: String) throws(DataError) {
    let (end, status) = try resolveLinks(path)
    self.path = end
    folder = splitPath(end).folder
    guard let status else {
      permissions = nil
      return
    }
    if let reason = status.reasonAgainstReplacing {
      throw .unwritable(file: path, reason: reason)
    }
    guard access(end, W_OK) == 0 else {
      throw .unwritable(file: path, reason: "the file that stands there: \(systemReason())")
    }
    permissions = Permissions(
      mode: status.st_mode & 0o777,
      user: status.st_uid,
      group: status.st_gid
    )
  }
}

extension WriteTarget.Permissions {
  /// Gives an open file the same owner and mode, as far as this process may.
  ///
  /// Where the group cannot be kept, what the old one was allowed is not given to another.
  func apply(to descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return }
    if status.st_uid != user || status.st_gid != group {
      _ = fchown(descriptor, user, group)
      guard fstat(descriptor, &status) == 0 else { return }
    }
    let others = mode & 0o007
    let kept = status.st_gid == group ? mode : mode & 0o707 | others << 3
    _ = fchmod(descriptor, kept)
  }
}

extension stat {
  /// Why this is nothing that a file may take the place of; `nil` for a file.
  fileprivate var reasonAgainstReplacing: String? {
    switch st_mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: "a folder stands there"
    case S_IFIFO: "a pipe stands there; name a file"
    case S_IFSOCK: "a socket stands there; name a file"
    default: "a device stands there; name a file"
    }
  }
}

/// The end of the chain of symbolic links that begins at `path`, and what stands there.
///
/// - Throws: `DataError.unwritable` where the chain does not end, or a folder is missing.
func resolveLinks(_ path: String) throws(DataError) -> (path: String, status: stat?) {
  var current = path
  // As many as Linux follows.
  for _ in 0..<40 {
    let (folder, name) = splitPath(current)
    try checkPlace(path, folder: folder, name: name)
    var status = stat()
    guard lstat(current, &status) == 0 else {
      guard errno == ENOENT else { throw .unwritable(file: path, reason: systemReason()) }
      return (current, nil)
    }
    guard status.st_mode & S_IFMT == S_IFLNK else { return (current, status) }
    guard !isProcessFolder(folder) else {
      throw .unwritable(file: path, reason: "an open stream stands there; name a file")
    }
    guard let target = linkTarget(current) else {
      throw .unwritable(file: path, reason: "the symbolic link cannot be read")
    }
    current = target.hasPrefix("/") ? target : "\(folder)/\(target)"
  }
  throw .unwritable(file: path, reason: "its symbolic links lead in a circle")
}

private func checkPlace(_ path: String, folder: String, name: String) throws(DataError) {
  guard !name.isEmpty, name != ".", name != ".." else {
    throw .unwritable(file: path, reason: "it names a folder, not a file")
  }
  switch fileKind(folder) {
  case .folder: break
  case .absent: throw .unwritable(file: path, reason: "the folder \(folder) does not exist")
  case .file, .other: throw .unwritable(file: path, reason: "\(folder) is not a folder")
  }
}

private func isProcessFolder(_ folder: String) -> Bool {
  let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  return intaglio_is_process_folder(descriptor)
}

/// `nil` where it cannot be read or is no text.
private func linkTarget(_ path: String) -> String? {
  var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX) + 1)
  let count = bytes.withUnsafeMutableBytes { buffer in
    buffer.withMemoryRebound(to: CChar.self) { text in
      text.baseAddress.map { readlink(path, $0, text.count) } ?? -1
    }
  }
  guard count > 0, count < bytes.count else { return nil }
  return String(validating: bytes[..<count], as: UTF8.self)
}
