import Foundation

extension Verilog.Design {
  /// Writes every module and every image into `folder`, which is made where it is missing.
  ///
  /// - Throws: `ToolError.folder`.
  public func write(to folder: String) throws(ToolError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .folder(folder)
    }
    for (name, text) in files.sorted(by: { $0.key < $1.key }) {
      try TextFile.write(text, to: "\(folder)/\(name)")
    }
  }
}
