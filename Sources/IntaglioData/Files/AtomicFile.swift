import CIntaglioFiles

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes a file so that a reader sees the old content or the new one, never a part.
///
/// The bytes go to a temporary file in the same folder, are flushed to the disk, and the temporary
/// file is renamed. Where anything fails the temporary file is removed and the old file stands. The
/// new file has the permissions of the one that it replaces, and its owner where this process may
/// give files away; other names of the old file (hard links) keep the old content.
///
/// What a kill leaves behind is removed by the next write into that folder: a writer holds a lock on
/// its temporary file, so one without a lock has lost its writer, whoever has its process number now.
/// A process that calls `ProcessSignals.handle` removes it itself when a signal ends it that can be
/// handled. (Linux has files without a name, which vanish on their own, but cannot put one in the
/// place of another file without a name in between.)
public enum AtomicFile {
  /// Writes `bytes` to `path`, replacing a file that stands there or that a symbolic link there
  /// points to.
  ///
  /// - Throws: `DataError.unwritable` when the folder is missing or not writable, when something
  ///   other than a file stands at `path`, or when the disk is full.
  public static func write(bytes: [UInt8], to path: String) throws(DataError) {
    try write(to: path) { file throws(DataError) in try file.append(bytes) }
  }

  /// Writes what `body` appends, piece by piece, to `path`.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - isFlushed: whether it has to outlive a loss of power; files that a tool reads next do not.
  ///   - body: called once.
  /// - Throws: `DataError.unwritable`, and what `body` throws.
  package static func write(
    to path: String,
    isFlushed: Bool = true,
    _ body: (inout TemporaryFile) throws(DataError) -> Void
  ) throws(DataError) {
    var file = try TemporaryFile(for: path)
    try body(&file)
    try file.commit(isFlushed: isFlushed)
  }
}

/// A file under a temporary name that either becomes `path` or disappears.
package struct TemporaryFile: ~Copyable {
  /// As the caller gave it, for messages.
  private let path: String
  private let target: WriteTarget
  private let temporaryPath: String
  private var descriptor: Int32
  /// In the list of what a signal removes.
  private let entry: Int32

  fileprivate init(for path: String) throws(DataError) {
    let target = try WriteTarget(path)
    Leftovers.remove(in: target.folder)
    // Listed before it exists: a signal never finds it unlisted.
    let temporaryPath = "\(target.folder)/\(Leftovers.newName())"
    let entry = intaglio_temporary_begin(temporaryPath)
    let descriptor = openLocked(temporaryPath, target.permissions?.mode ?? 0o666)
    guard descriptor >= 0 else {
      let reason = systemReason()
      intaglio_temporary_end(entry)
      throw .unwritable(file: path, reason: reason)
    }
    target.permissions?.apply(to: descriptor)
    (self.path, self.target, self.temporaryPath) = (path, target, temporaryPath)
    (self.descriptor, self.entry) = (descriptor, entry)
  }

  deinit {
    if descriptor >= 0 {
      unlink(temporaryPath)
      close(descriptor)
    }
    intaglio_temporary_end(entry)
  }

  package mutating func append(_ bytes: [UInt8]) throws(DataError) {
    guard writeAll(bytes, to: descriptor) else {
      throw .unwritable(file: path, reason: systemReason())
    }
  }

  fileprivate mutating func commit(isFlushed: Bool) throws(DataError) {
    guard !isFlushed || fsync(descriptor) == 0, rename(temporaryPath, target.path) == 0 else {
      throw .unwritable(file: path, reason: systemReason())
    }
    close(descriptor)
    descriptor = -1
    if isFlushed { flushFolder(target.folder) }
  }
}

/// Creates a file that only this process will take for a live one; −1 with `errno` where it cannot.
///
/// Between creation and lock another writer may find it and remove it as a leftover; then it is made
/// once more.
private func openLocked(_ path: String, _ mode: mode_t) -> Int32 {
  while true {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { return -1 }
    if Leftovers.lock(descriptor) { return descriptor }
    close(descriptor)
  }
}

/// Writes all of `bytes`; `false` with `errno` where the system refuses.
package func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var position = 0
  while position < bytes.count {
    let written = writeSome(bytes[position...], to: descriptor)
    if written > 0 {
      position += written
      continue
    }
    if written == 0 { errno = EIO }
    switch errno {
    case EINTR: continue
    case EAGAIN:
      // A pipe that somebody else made non-blocking.
      var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&wait, 1, -1)
    default: return false
    }
  }
  return true
}

/// One system call; returns how many bytes it took, or −1.
private func writeSome(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int {
  bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

/// Makes a rename in `folder` durable where the file system lets it.
func flushFolder(_ folder: String) {
  let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
