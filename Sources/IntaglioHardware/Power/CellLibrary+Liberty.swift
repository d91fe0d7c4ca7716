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

/// Numbers and names of a liberty file, with the line where one is wrong.
struct LibertyContents {
  let file: String
  let root: LibertyGroup

  func fault(_ line: Int, _ fault: LibertyError.Fault) -> LibertyError {
    LibertyError(file: file, line: line, fault: fault)
  }

  func attribute(
    _ name: String,
    of group: LibertyGroup
  ) throws(LibertyError) -> LibertyGroup.Attribute {
    guard let attribute = group[name] else {
      throw fault(group.line, .missing(attribute: name, group: title(group)))
    }
    return attribute
  }

  private func title(_ group: LibertyGroup) -> String {
    "\(group.name) \(group.arguments.joined(separator: ", "))"
  }

  func number(_ name: String, of group: LibertyGroup) throws(LibertyError) -> Double {
    try numbers(name, try attribute(name, of: group), count: 1)[0]
  }

  /// The number where there is one.
  func optionalNumber(_ name: String, of group: LibertyGroup) throws(LibertyError) -> Double? {
    guard let attribute = group[name] else { return nil }
    return try numbers(name, attribute, count: 1)[0]
  }

  /// All numbers of an attribute, whose strings may hold several.
  func numbers(
    _ name: String,
    _ attribute: LibertyGroup.Attribute,
    count: Int? = nil
  ) throws(LibertyError) -> [Double] {
    var numbers: [Double] = []
    for text in attribute.values {
      for part in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
        guard let number = Double(part), number.isFinite else {
          throw value(name, attribute, "a number")
        }
        numbers.append(number)
      }
    }
    guard numbers.count == count ?? numbers.count, !numbers.isEmpty else {
      throw value(name, attribute, count.map { "\($0) numbers" } ?? "numbers")
    }
    return numbers
  }

  func value(
    _ name: String,
    _ attribute: LibertyGroup.Attribute,
    _ expected: String
  ) -> LibertyError {
    fault(
      attribute.line,
      .value(
        attribute: name,
        expected: expected,
        found: attribute.values.joined(separator: " ")
      )
    )
  }
}

/// What one of each unit of a liberty file is in SI units.
struct LibertyUnits {
  let time: Double
  let voltage: Double
  let capacitance: Double
  let leakage: Double
  /// Internal energy comes in units of capacitance times squared voltage.
  var energy: Double { capacitance * voltage * voltage }

  init(_ contents: LibertyContents) throws(LibertyError) {
    time = try Self.unit("time_unit", contents)
    voltage = try Self.unit("voltage_unit", contents)
    leakage = try Self.unit("leakage_power_unit", contents)
    let attribute = try contents.attribute("capacitive_load_unit", of: contents.root)
    guard attribute.values.count == 2, let factor = Double(attribute.values[0]),
      let unit = Self.prefix(attribute.values[1])
    else { throw contents.value("capacitive_load_unit", attribute, "such as (1, pf)") }
    capacitance = factor * unit
  }

  private static func unit(
    _ name: String,
    _ contents: LibertyContents
  ) throws(LibertyError) -> Double {
    let attribute = try contents.attribute(name, of: contents.root)
    let text = attribute.values.joined()
    let digits = text.prefix { $0.isNumber || $0 == "." }
    guard let factor = Double(digits), let unit = prefix(String(text.dropFirst(digits.count)))
    else { throw contents.value(name, attribute, "such as 1ns") }
    return factor * unit
  }

  /// The factor of a unit such as `ns`, `pf`, `nW` or `V`.
  private static func prefix(_ unit: String) -> Double? {
    let prefixes: [Character: Double] = [
      "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3,
    ]
    switch unit.count {
    case 1: return 1
    case 2: return unit.first.flatMap { prefixes[$0] }
    default: return nil
    }
  }
}
