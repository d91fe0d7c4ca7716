import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A folder for the files of other tools, in the system's temporary folder unless said otherwise, removed
/// when the last user lets go.
///
/// Only this user sees into it. Folders of killed processes, which nobody holds a lock on, are removed
/// when the next one is made.
///
/// A final class, because the folder goes with its last user.
package final class ScratchFolder: Sendable {
  package let path: String
  private let descriptor: Int32

  /// - Parameter parent: the folder around it; `nil` for the system's temporary folder.
  /// - Throws: `DataError.unwritable`.
  package init(in parent: String? = nil) throws(DataError) {
    let parent = parent ?? FileManager.default.temporaryDirectory.path
    Self.removeLeftovers(in: parent)
    let path = "\(parent)/\(Leftovers.newName(.scratch))"
    var descriptor: Int32 = -1
    repeat {
      if descriptor >= 0 { close(descriptor) }
      guard mkdir(path, 0o700) == 0 else { throw .unwritable(file: path, reason: systemReason()) }
      descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      // Another process may have taken it for a leftover before it was locked.
      guard descriptor >= 0 || errno == ENOENT else {
        throw .unwritable(file: path, reason: systemReason())
      }
    } while descriptor < 0 || !Leftovers.lock(descriptor)
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    close(descriptor)
  }

  private static func removeLeftovers(in parent: String) {
    for name in textNamesInFolder(parent) where Leftovers.isOurs(name, .scratch) {
      let path = "\(parent)/\(name)"
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
      else { continue }
      try? FileManager.default.removeItem(atPath: path)
    }
  }
}
