import Foundation

extension CellLibrary {
  /// The library at `path`.
  ///
  /// - Throws: `LibertyError`.
  public init(liberty path: String) throws(LibertyError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw LibertyError(file: path, line: 0, fault: .unreadable)
    }
    try self.init(liberty: [UInt8](data), file: path)
  }

  /// The library in `bytes`; `file` is for messages.
  ///
  /// Read are area, leakage, pins, internal power and output slews; groups under a condition
  /// (`when`) count like any other, so that what depends on a state is averaged.
  ///
  /// - Throws: `LibertyError` with the line.
  public init(liberty bytes: [UInt8], file: String) throws(LibertyError) {
    let root = try LibertyReader.read(bytes, file: file)
    guard root.name == "library" else {
      throw LibertyError(
        file: file,
        line: root.line,
        fault: .expected("library", found: root.name)
      )
    }
    let contents = LibertyContents(file: file, root: root)
    let units = try LibertyUnits(contents)
    let templates = try LibertyTemplates(contents, units)
    name = root.arguments.first ?? ""
    voltage = try contents.number("nom_voltage", of: root) * units.voltage
    var cells: [String: Cell] = [:]
    for group in root.groups("cell") {
      let cell = try contents.cell(group, units, templates)
      cells[cell.name] = cell
    }
    self.cells = cells
  }
}
