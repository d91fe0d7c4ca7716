#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The list by which a folder of files is known as written by this program.
///
/// Its first line ends with `signature`; its last lines name every file with its XXH3 checksum, the
/// list itself last, with the checksum of what stands above that line. All of them are comments for
/// whoever reads the list as a list of sources.
package struct ListedFolder {
  static let listName = "files.f"
  static let signature = "made by Intaglio."
  private static let comment = "// "

  /// The checksum of every file, the list among them, by name.
  private(set) var checksums: [String: String]

  /// The names of all files, the list last.
  var names: [String] { checksums.keys.filter { $0 != Self.listName }.sorted() + [Self.listName] }

  /// The text of the list of `files`, which begins with `head`.
  package static func text(_ head: String, _ files: [String: [UInt8]]) -> String {
    let lines = files.sorted { $0.key < $1.key }.map { name, bytes in
      line(name, XXH3(of: bytes.span.bytes).text)
    }
    let text = head + lines.joined()
    return text + line(listName, XXH3(of: text).text)
  }

  private static func line(_ name: String, _ checksum: String) -> String {
    "\(comment)\(checksum) \(name)\n"
  }

  /// The list in `folder`; `nil` where there is none of ours.
  init?(in folder: String) {
    let path = "\(folder)/\(Self.listName)"
    guard isRegularFile(path), let bytes = try? readFile(path, limit: 1 << 26) else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard lines[0].hasSuffix(Self.signature) else { return nil }
    checksums = [:]
    for line in lines where line.hasPrefix(Self.comment) {
      let words = line.dropFirst(Self.comment.count).split(separator: " ", maxSplits: 1)
      guard words.count == 2, words[0].utf8.count == 32, words[0].allSatisfy(\.isHexDigit),
        !words[1].contains("/")
      else { continue }
      checksums[String(words[1])] = String(words[0])
    }
  }

  /// The first file in `folder` that is not as this list has it, and what is wrong with it.
  func firstForeign(in folder: String) throws(DataError) -> (name: String, fault: String)? {
    for name in try allNamesInFolder(folder).sorted() {
      let path = "\(folder)/\(name)"
      guard let expected = checksums[name], isRegularFile(path) else {
        return (name, "which Intaglio did not write there")
      }
      let found = try checksum(of: path, isList: name == Self.listName)
      if found != expected { return (name, "which was changed after Intaglio wrote it") }
    }
    return nil
  }

  private func checksum(of path: String, isList: Bool) throws(DataError) -> String {
    let file = try MappedFile(path: path)
    return file.withBytes { bytes in
      guard isList, let last = checksums[Self.listName] else { return XXH3(of: bytes).text }
      let line = Self.line(Self.listName, last).utf8.count
      return XXH3(of: bytes.extracting(droppingLast: min(line, bytes.byteCount))).text
    }
  }

  /// Removes what a list in `folder` names, the list, and the folder, if nothing else is there.
  ///
  /// - Returns: whether it is gone.
  @discardableResult
  static func remove(_ folder: String) -> Bool {
    // A list that is not whole is that of a writer who was stopped; it is ours by the folder's name.
    for name in Self(in: folder)?.names ?? [listName] { unlink("\(folder)/\(name)") }
    return rmdir(folder) == 0 || errno == ENOENT
  }
}

private func isRegularFile(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}
