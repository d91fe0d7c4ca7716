import IntaglioData

/// Files that tools read.
package enum TextFile {
  /// - Throws: `ToolError.folder` when there is no such folder, or it cannot be written.
  package static func write(_ text: String, to path: String) throws(ToolError) {
    do {
      try AtomicFile.write(to: path, isFlushed: false) { file throws(DataError) in
        try file.append(Array(text.utf8))
      }
    } catch {
      throw .folder(path)
    }
  }
}
