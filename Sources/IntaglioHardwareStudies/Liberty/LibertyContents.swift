import IntaglioHardware

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
