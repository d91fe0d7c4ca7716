import Foundation

extension Verilog.Design {
  /// Names every module's file, those inside before those around them; Verilator, Icarus (`-c`) and most other
  /// tools take it as it is.
  public static let listName = "files.f"

  /// Puts the design into `folder`: all of it or nothing, and nothing else beside it.
  ///
  /// Files are written to a folder beside it, which takes its name at the end. What stood there before goes,
  /// when it was a design.
  ///
  /// - Throws: `ToolError.folder`; `ToolError.foreign` when the folder holds something else.
  public func replace(folder: String) throws(ToolError) {
    let url = URL(fileURLWithPath: folder).standardizedFileURL
    let path = url.path
    let manager = FileManager.default
    if manager.fileExists(atPath: path) {
      guard let names = try? manager.contentsOfDirectory(atPath: path) else {
        throw .folder(path)
      }
      guard names.isEmpty || names.contains(Self.listName) else { throw .foreign(path) }
    }
    let parent = url.deletingLastPathComponent().path
    let temporary = "\(parent)/.\(url.lastPathComponent).\(UUID().uuidString)"
    defer { try? manager.removeItem(atPath: temporary) }
    try write(to: temporary)
    do {
      try Data(list.utf8).write(to: URL(fileURLWithPath: "\(temporary)/\(Self.listName)"))
      try? manager.removeItem(atPath: path)
      try manager.moveItem(atPath: temporary, toPath: path)
    } catch {
      throw .folder(path)
    }
  }

  private var list: String {
    "// The modules of \(top.name), inner ones first; made by Intaglio.\n"
      + modules.map { "\($0.name).v\n" }.joined()
  }
}
