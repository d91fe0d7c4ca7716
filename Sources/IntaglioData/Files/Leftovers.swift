#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Temporary files and folders whose writer was killed.
///
/// A writer holds a lock (`flock`) on what it writes until it has its name. The system drops the lock
/// with the process, however that ends, so what can be locked is nobody's. Where the file system
/// knows no locks nothing is removed.
package enum Leftovers {
  /// What a name begins with.
  package enum Kind: String {
    /// Beside the file or folder that it will become.
    case unfinished = ".intaglio-"
    /// In the system's temporary folder.
    case scratch = "intaglio-"
  }

  private static let suffix = ".tmp"
  private static let digits = 16

  /// A name that no file has: 64 random bits.
  package static func newName(_ kind: Kind = .unfinished) -> String {
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    return kind.rawValue + String(repeating: "0", count: digits - number.count) + number + suffix
  }

  /// Whether `newName` makes such names.
  package static func isOurs(_ name: String, _ kind: Kind = .unfinished) -> Bool {
    let prefix = kind.rawValue
    guard name.hasPrefix(prefix), name.hasSuffix(suffix),
      name.utf8.count == prefix.utf8.count + digits + suffix.utf8.count
    else { return false }
    return name.dropFirst(prefix.count).dropLast(suffix.count)
      .allSatisfy { $0.isHexDigit && !$0.isUppercase }
  }

  /// Locks what this process has just made.
  ///
  /// - Returns: whether it still has its name: another process may have taken it for a leftover.
  static func lock(_ descriptor: Int32) -> Bool {
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    var status = stat()
    return fstat(descriptor, &status) != 0 || status.st_nlink > 0
  }

  /// Removes what killed writers left in `folder`; what cannot be removed stays.
  static func remove(in folder: String) {
    for name in textNamesInFolder(folder) where isOurs(name) { removeOne("\(folder)/\(name)") }
  }

  private static func removeOne(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG: unlink(path)
    case S_IFDIR: ListedFolder.remove(path)
    default: break
    }
  }
}
