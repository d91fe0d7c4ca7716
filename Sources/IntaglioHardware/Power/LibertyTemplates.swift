/// The templates of a liberty file's tables, and tables made after them.
struct LibertyTemplates {
  private let templates: [String: Template]
  private let contents: LibertyContents
  private let units: LibertyUnits

  private struct Template {
    let quantities: [LookupTable.Quantity?]
    let points: [[Double]?]
  }

  init(_ contents: LibertyContents, _ units: LibertyUnits) throws(LibertyError) {
    var templates: [String: Template] = [:]
    for group in contents.root.groups("lu_table_template")
      + contents.root.groups("power_lut_template")
    {
      var (quantities, points): ([LookupTable.Quantity?], [[Double]?]) = ([], [])
      for axis in 1...3 {
        guard let variable = group["variable_\(axis)"] else { break }
        quantities.append(Self.quantity(variable.values.joined()))
        let index = "index_\(axis)"
        if let attribute = group[index] {
          points.append(try contents.numbers(index, attribute))
        } else {
          points.append(nil)
        }
      }
      templates[group.arguments.first ?? ""] = Template(quantities: quantities, points: points)
    }
    (self.templates, self.contents, self.units) = (templates, contents, units)
  }

  private static func quantity(_ variable: String) -> LookupTable.Quantity? {
    switch variable {
    case "total_output_net_capacitance": .load
    case "input_net_transition", "input_transition_time": .slew
    default: nil
    }
  }

  /// The first table `name` of `group`; `nil` where there is none.
  func table(
    _ name: String,
    of group: LibertyGroup,
    unit: Double
  ) throws(LibertyError) -> LookupTable? {
    guard let table = group.groups(name).first else { return nil }
    let attribute = try contents.attribute("values", of: table)
    let values = try contents.numbers("values", attribute).map { $0 * unit }
    let axes = try axes(of: table)
    let extents = axes.map(\.points.count)
    guard values.count == extents.reduce(1, *) else {
      throw contents.fault(attribute.line, .table(expected: extents, found: values.count))
    }
    return LookupTable(axes: axes, values: values)
  }

  private func axes(of table: LibertyGroup) throws(LibertyError) -> [LookupTable.Axis] {
    let name = table.arguments.first ?? "scalar"
    if name == "scalar" { return [] }
    guard let template = templates[name] else {
      throw contents.fault(table.line, .expected("the name of a template", found: name))
    }
    var axes: [LookupTable.Axis] = []
    for (position, quantity) in template.quantities.enumerated() {
      guard let quantity, position < 2 else {
        throw contents.fault(table.line, .expected("a table over load and slew", found: name))
      }
      let index = "index_\(position + 1)"
      let own = table[index]
      let points = try own.map { attribute throws(LibertyError) in
        try contents.numbers(index, attribute)
      }
      guard let points = points ?? template.points[position] else {
        throw contents.fault(table.line, .missing(attribute: index, group: table.name))
      }
      guard zip(points, points.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw contents.fault(
          own?.line ?? table.line,
          .value(attribute: index, expected: "ascending numbers", found: "\(points)")
        )
      }
      let unit = quantity == .load ? units.capacitance : units.time
      axes.append(LookupTable.Axis(quantity, points.map { $0 * unit }))
    }
    return axes
  }
}

extension LibertyContents {
  func cell(
    _ group: LibertyGroup,
    _ units: LibertyUnits,
    _ templates: LibertyTemplates
  ) throws(LibertyError) -> CellLibrary.Cell {
    guard let name = group.arguments.first else {
      throw fault(group.line, .expected("the name of a cell", found: ")"))
    }
    var leakage = try optionalNumber("cell_leakage_power", of: group)
    if leakage == nil {
      leakage = try optionalNumber("default_cell_leakage_power", of: root)
    }
    var pins: [String: CellLibrary.Pin] = [:]
    for pin in group.groups("pin") {
      let value = try self.pin(pin, units, templates)
      for name in pin.arguments { pins[name] = value }
    }
    return CellLibrary.Cell(
      name: name,
      area: try number("area", of: group),
      leakage: (leakage ?? 0) * units.leakage,
      pins: pins
    )
  }

  private func pin(
    _ group: LibertyGroup,
    _ units: LibertyUnits,
    _ templates: LibertyTemplates
  ) throws(LibertyError) -> CellLibrary.Pin {
    let direction = try attribute("direction", of: group)
    let isInput = direction.values == ["input"]
    guard isInput || ["output", "inout", "internal"].contains(direction.values.first) else {
      throw value("direction", direction, "input or output")
    }
    let rise = try optionalNumber("rise_capacitance", of: group)
    let fall = try optionalNumber("fall_capacitance", of: group)
    var capacitance = try optionalNumber("capacitance", of: group) ?? 0
    if let rise, let fall { capacitance = (rise + fall) / 2 }
    return CellLibrary.Pin(
      isInput: isInput,
      isClock: group["clock"]?.values == ["true"],
      capacitance: capacitance * units.capacitance,
      energies: try arcs(group.groups("internal_power"), ["rise_power", "fall_power"]) {
        table,
        arc throws(LibertyError) in
        if let power = try templates.table("power", of: arc, unit: units.energy) { return power }
        return try templates.table(table, of: arc, unit: units.energy)
      },
      slews: try arcs(group.groups("timing"), ["rise_transition", "fall_transition"]) {
        table,
        arc throws(LibertyError) in
        try templates.table(table, of: arc, unit: units.time)
      }
    )
  }

  private func arcs(
    _ groups: [LibertyGroup],
    _ names: [String],
    _ table: (String, LibertyGroup) throws(LibertyError) -> LookupTable?
  ) throws(LibertyError) -> [CellLibrary.Arc] {
    var arcs: [CellLibrary.Arc] = []
    for group in groups {
      let (rise, fall) = (try table(names[0], group), try table(names[1], group))
      let related = group["related_pin"]?.values.joined(separator: " ") ?? ""
      guard rise != nil || fall != nil else { continue }
      arcs.append(
        CellLibrary.Arc(
          related: related.split(separator: " ").map(String.init),
          rise: rise,
          fall: fall
        )
      )
    }
    return arcs
  }
}
