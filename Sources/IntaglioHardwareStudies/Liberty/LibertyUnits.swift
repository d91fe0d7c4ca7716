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
