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
