import BigInt

/// Named fields side by side in a word, the first one in the lowest bits.
struct WordLayout: Hashable {
  struct Field: Hashable {
    let name: String
    let type: Verilog.SignalType
  }

  private(set) var fields: [Field] = []
  private(set) var bits = 0

  /// - Precondition: no field has the name of another.
  init(_ fields: [(String, Verilog.SignalType)]) {
    for (name, type) in fields {
      precondition(!self.fields.contains { $0.name == name }, "two fields are called \(name)")
      self.fields.append(Field(name: name, type: type))
      bits += type.bits
    }
  }

  var type: Verilog.SignalType { .unsigned(bits) }

  func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

  /// The type of the field of that name.
  /// - Precondition: there is one.
  func type(of name: String) -> Verilog.SignalType { place(of: name).0.type }

  /// Every field with its bits, the highest first.
  var description: String {
    var low = 0
    return fields.map { field in
      defer { low += field.type.bits }
      let high = low + field.type.bits - 1
      return "\(field.name) [\(high == low ? "\(low)" : "\(high):\(low)")]"
    }.joined(separator: ", ")
  }

  /// The field of that name in `word`.
  /// - Precondition: there is one.
  func field(_ name: String, of word: Verilog.Reference) -> Verilog.Expression {
    let (field, low) = place(of: name)
    let slice = word.slice(Verilog.Affine(low), bits: field.type.bits).value
    return field.type.isSigned ? slice.asSigned : slice
  }

  /// The bits of a word with these numbers; fields without one are 0.
  /// - Precondition: every number fits its field.
  func word(_ numbers: [String: BigInt]) -> BigUInt {
    var word = Verilog.PackedWord()
    for field in fields { word.append(numbers[field.name] ?? 0, field.type) }
    precondition(
      numbers.keys.allSatisfy { name in fields.contains { $0.name == name } },
      "no such field"
    )
    return word.pattern
  }

  private func place(of name: String) -> (Field, low: Int) {
    var low = 0
    for field in fields {
      if field.name == name { return (field, low) }
      low += field.type.bits
    }
    preconditionFailure("no field is called \(name)")
  }
}
