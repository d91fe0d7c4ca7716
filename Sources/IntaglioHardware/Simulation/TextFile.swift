import Foundation

/// Files that tools read.
enum TextFile {
  /// - Throws: `ToolError.folder` when there is no such folder, or it cannot be written.
  static func write(_ text: String, to path: String) throws(ToolError) {
    guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
      throw .folder(path)
    }
  }
}
