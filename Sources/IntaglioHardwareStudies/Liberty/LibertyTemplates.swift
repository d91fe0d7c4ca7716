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
