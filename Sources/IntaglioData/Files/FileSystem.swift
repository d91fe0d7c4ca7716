import CIntaglioFiles

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What the system says about the call that just failed.
func systemReason() -> String {
  reason(of: errno)
}

/// The text of an error number.
func reason(of code: Int32) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  return String(cString: text)
}

/// Opens `path` for reading; a named pipe does not block, it is refused later by its kind.
func openForReading(_ path: String) throws(DataError) -> Int32 {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw .unreadable(file: path, reason: systemReason()) }
  return descriptor
}

/// The size of an open regular file in bytes.
func regularFileSize(of descriptor: Int32, path: String) throws(DataError) -> Int {
  var status = stat()
  guard fstat(descriptor, &status) == 0 else {
    throw .unreadable(file: path, reason: systemReason())
  }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return Int(status.st_size)
  case S_IFDIR: throw .unreadable(file: path, reason: "it is a folder, not a file")
  default: throw .unreadable(file: path, reason: "it is not a regular file")
  }
}

/// All bytes of a regular file of at most `limit` bytes.
///
/// - Throws: `DataError.unreadable`, or `tooLarge` before anything is allocated.
package func readFile(_ path: String, limit: Int) throws(DataError) -> [UInt8] {
  let descriptor = try openForReading(path)
  defer { close(descriptor) }
  let size = try regularFileSize(of: descriptor, path: path)
  guard size <= limit else {
    throw .tooLarge(file: path, what: "file size in bytes", limit: limit, found: size)
  }
  var bytes = [UInt8](repeating: 0, count: size)
  let found = bytes.withUnsafeMutableBytes { readAll(descriptor, into: $0) }
  guard found >= 0 else { throw .unreadable(file: path, reason: systemReason()) }
  guard found == size else {
    throw .truncated(file: path, what: "the file", expected: size, found: found)
  }
  return bytes
}

/// Fills `buffer` from the beginning of an open file.
///
/// - Returns: how many bytes there were; −1 with `errno` where the system refuses.
func readAll(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
  var position = 0
  while position < buffer.count {
    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[position...])
    let count = pread(descriptor, rest.baseAddress, rest.count, off_t(position))
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { return -1 }
    if count == 0 { break }
    position += count
  }
  return position
}

/// What stands at a path.
package enum FileKind {
  case file
  case folder
  case other
  case absent
}

/// What stands at `path`, symbolic links followed.
package func fileKind(_ path: String) -> FileKind {
  var status = stat()
  guard stat(path, &status) == 0 else { return .absent }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return .file
  case S_IFDIR: return .folder
  default: return .other
  }
}

/// Whether both paths lead to one file, by whatever links.
package func isSameFile(_ path: String, _ other: String) -> Bool {
  var (first, second) = (stat(), stat())
  return stat(path, &first) == 0 && stat(other, &second) == 0
    && first.st_dev == second.st_dev && first.st_ino == second.st_ino
}

/// The folder that holds `path`, and the last component of `path`.
func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let folder = path[..<slash]
  return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
}

/// The folder of the executable or the shared library that this code is part of; `nil` where the system does
/// not say.
package func ownBinaryFolder() -> String? {
  intaglio_own_binary().map { splitPath(String(cString: $0)).folder }
}

/// The names in a folder, without `.` and hidden files, in the order of their UTF-8 bytes.
///
/// - Throws: `DataError.unreadable`; `malformed` for a name that is not UTF-8, which no text could
///   hold so that the file is found again.
func namesInFolder(_ path: String) throws(DataError) -> [String] {
  try names(in: path) { $0.first != UInt8(ascii: ".") }
    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// All names in a folder but those of itself and its parent, in any order.
func allNamesInFolder(_ path: String) throws(DataError) -> [String] {
  try names(in: path) { $0 != Array(".".utf8) && $0 != Array("..".utf8) }
}

/// All names in a folder that are UTF-8, in any order; none where it cannot be read.
///
/// For those who look for names of their own, and have no business with others.
func textNamesInFolder(_ path: String) -> [String] {
  let names = (try? rawNames(in: path)) ?? []
  return names.compactMap { String(validating: $0, as: UTF8.self) }
}

private func names(
  in path: String,
  where isWanted: ([UInt8]) -> Bool
) throws(DataError) -> [String] {
  var names: [String] = []
  for bytes in try rawNames(in: path) where isWanted(bytes) {
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(
        file: path,
        what: "the name of a file",
        expected: "UTF-8; rename it",
        found: escaped(bytes)
      )
    }
    names.append(name)
  }
  return names
}

private func rawNames(in path: String) throws(DataError) -> [[UInt8]] {
  guard let folder = opendir(path) else {
    throw .unreadable(file: path, reason: systemReason())
  }
  defer { closedir(folder) }
  var names: [[UInt8]] = []
  while let entry = readdir(folder) {
    names.append(
      withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        let start = UnsafeRawPointer(tuple)
        let count = strlen(start.assumingMemoryBound(to: CChar.self))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
      }
    )
  }
  return names
}

/// Makes a folder and those around it, where they are missing.
package func makeFolder(_ path: String) throws(DataError) {
  switch fileKind(path) {
  case .folder: return
  case .file, .other: throw .unwritable(file: path, reason: "it is not a folder")
  case .absent: break
  }
  var name = path
  while name.count > 1, name.hasSuffix("/") { name.removeLast() }
  let parent = splitPath(name).folder
  if parent != name { try makeFolder(parent) }
  guard mkdir(name, 0o777) == 0 || errno == EEXIST else {
    throw .unwritable(file: path, reason: systemReason())
  }
}

/// A name with every byte beyond printable ASCII as `\xNN`.
private func escaped(_ bytes: [UInt8]) -> String {
  bytes.map { byte in
    if (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "\\") {
      return String(UnicodeScalar(byte))
    }
    let digits = String(byte, radix: 16, uppercase: true)
    return "\\x" + (digits.count < 2 ? "0" : "") + digits
  }.joined()
}
