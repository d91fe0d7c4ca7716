import CIntaglioFiles

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes a folder of files so that a reader finds the old files or the new ones, never a mixture.
///
/// The files go to a temporary folder beside it, and both folders exchange their names in one step.
/// Then the old files go: those that the old list names, and no other. Where the system cannot
/// exchange folders the old one is renamed to `NAME.old-…` first and put back where the second rename
/// fails. What a kill leaves behind is removed by the next write beside it, as with `AtomicFile`.
package enum AtomicFolder {
  /// The file that names all others.
  package static let listName = ListedFolder.listName
  /// What the first line of a list ends with.
  package static let signature = ListedFolder.signature

  /// Puts `files` and a list of them into the folder `path`, and removes those that stood there.
  ///
  /// - Parameters:
  ///   - path: a folder that is absent or empty, or that this function wrote and nobody changed.
  ///   - files: the content of every file by its name.
  ///   - head: what the list begins with; its first line ends with `signature`.
  /// - Throws: `DataError.unwritable`; it names a file of the folder that this function did not write.
  package static func replace(
    _ path: String,
    with files: [String: [UInt8]],
    head: String
  ) throws(DataError) {
    let target = try place(path)
    Leftovers.remove(in: splitPath(target).folder)
    let isEmpty = try checkOwned(target, path)
    let folder = try UnfinishedFolder(for: path, beside: target)
    let list = ListedFolder.text(head, files)
    try folder.write(Array(list.utf8), to: listName)
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      try folder.write(bytes, to: name)
    }
    try folder.take(target, isEmpty: isEmpty)
  }

  /// Where the folder will stand, symbolic links followed; the folders around it are made.
  private static func place(_ path: String) throws(DataError) -> String {
    if let real = realpath(path, nil) {
      defer { free(real) }
      guard let text = String(validatingCString: real), text != "/" else {
        throw .unwritable(file: path, reason: "it cannot be replaced")
      }
      return text
    }
    var name = path
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    try makeFolder(splitPath(name).folder)
    return try resolveLinks(name).path
  }

  /// - Returns: whether nothing is there, or an empty folder.
  private static func checkOwned(_ target: String, _ path: String) throws(DataError) -> Bool {
    switch fileKind(target) {
    case .absent: return true
    case .file, .other: throw .unwritable(file: path, reason: "a file stands there")
    case .folder: break
    }
    let names = try allNamesInFolder(target).sorted()
    guard let first = names.first else { return true }
    let advice = "name a new or an empty folder, or remove this one"
    guard let list = ListedFolder(in: target) else {
      throw .unwritable(
        file: path,
        reason:
          "the folder holds '\(first)' and no '\(listName)' that says Intaglio made it; \(advice)"
      )
    }
    if let (name, fault) = try list.firstForeign(in: target) {
      throw .unwritable(file: path, reason: "the folder holds '\(name)', \(fault); \(advice)")
    }
    return false
  }
}

/// A folder under a temporary name, locked, that takes the place of another or disappears.
private struct UnfinishedFolder: ~Copyable {
  /// As the caller gave it, for messages.
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32

  init(for path: String, beside target: String) throws(DataError) {
    let temporaryPath = "\(splitPath(target).folder)/\(Leftovers.newName())"
    var descriptor: Int32 = -1
    repeat {
      if descriptor >= 0 { close(descriptor) }
      guard mkdir(temporaryPath, 0o777) == 0 else {
        throw .unwritable(file: path, reason: systemReason())
      }
      descriptor = open(temporaryPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      // Another writer may have taken it for a leftover before it was locked.
      guard descriptor >= 0 || errno == ENOENT else {
        throw .unwritable(file: path, reason: systemReason())
      }
    } while descriptor < 0 || !Leftovers.lock(descriptor)
    var old = stat()
    if stat(target, &old) == 0 { fchmod(descriptor, old.st_mode & 0o777) }
    (self.path, self.temporaryPath, self.descriptor) = (path, temporaryPath, descriptor)
  }

  /// Whatever has the temporary name now goes: what was not finished, or the old files.
  deinit {
    ListedFolder.remove(temporaryPath)
    close(descriptor)
  }

  func write(_ bytes: [UInt8], to name: String) throws(DataError) {
    let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw .unwritable(file: path, reason: systemReason()) }
    defer { close(file) }
    guard writeAll(bytes, to: file), fsync(file) == 0 else {
      throw .unwritable(file: path, reason: systemReason())
    }
  }

  /// Gives the folder its name; the old one, if any, has the temporary name afterwards.
  func take(_ target: String, isEmpty: Bool) throws(DataError) {
    fsync(descriptor)
    if isEmpty {
      // An empty folder may be replaced by a rename, another may not.
      guard rename(temporaryPath, target) == 0 else { throw refused() }
    } else if intaglio_exchange(temporaryPath, target) != 0 {
      guard [ENOSYS, EINVAL, EOPNOTSUPP].contains(errno) else { throw refused() }
      try exchangeByRenames(target)
    }
    flushFolder(splitPath(target).folder)
    guard !isEmpty else { return }
    // Looked at once more: somebody may have changed a file since the folder was found to be ours.
    var isOurs = false
    if let list = ListedFolder(in: temporaryPath) {
      isOurs = try list.firstForeign(in: temporaryPath) == nil
    }
    if isOurs, ListedFolder.remove(temporaryPath) { return }
    let aside = Self.aside(target)
    rename(temporaryPath, aside)
    throw .unwritable(
      file: path,
      reason: "it is written, but what stood there was changed meanwhile; it is in \(aside)"
    )
  }

  /// A name for an old folder that nobody takes for one that was not finished.
  private static func aside(_ target: String) -> String {
    "\(target).old-\(String(UInt64.random(in: .min ... .max), radix: 16))"
  }

  private func exchangeByRenames(_ target: String) throws(DataError) {
    let aside = Self.aside(target)
    guard rename(target, aside) == 0 else { throw refused() }
    guard rename(temporaryPath, target) == 0 else {
      let error = refused()
      rename(aside, target)
      throw error
    }
    rename(aside, temporaryPath)
  }

  private func refused() -> DataError { .unwritable(file: path, reason: systemReason()) }
}
