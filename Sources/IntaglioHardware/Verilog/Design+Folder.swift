public import IntaglioData

extension Verilog.Design {
  /// Names every module's file, those inside before those around them.
  ///
  /// Verilator (`-f`), Icarus (`-c`) and most other tools take it as it is. Its comments name every
  /// file of the folder with its checksum.
  public static let listName = AtomicFolder.listName

  /// Puts the design into `folder`: all of it or nothing, and nothing else beside it.
  ///
  /// A design that stands there goes, when it is one of ours that nobody changed.
  ///
  /// - Parameters:
  ///   - folder: absent, empty, or such a design.
  ///   - others: files beside those of the design, by their names.
  /// - Throws: `DataError.unwritable`; it names the first file in the folder that is not of such a design.
  public func replace(
    folder: String,
    adding others: [String: [UInt8]] = [:]
  ) throws(DataError) {
    let files = files.mapValues { Array($0.utf8) }.merging(others) { $1 }
    try AtomicFolder.replace(folder, with: files, head: list)
  }

  private var list: String {
    "// The modules of \(top.name), inner ones first; \(AtomicFolder.signature)\n"
      + modules.map { "\($0.name).v\n" }.joined()
      + "// All files and their XXH3 checksums; a folder where one was changed or added is left alone.\n"
  }
}
