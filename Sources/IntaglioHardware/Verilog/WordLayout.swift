import BigInt

/// What the fields of a word are called: a type of its own, so that a name that is misspelt is none.
protocol WordField: Hashable, Sendable {
  /// For readers of the Verilog.
  var name: String { get }
}

extension WordField where Self: RawRepresentable, RawValue == String {
  var name: String { rawValue }
}

/// Named fields side by side in a word, the first one in the lowest bits.
struct WordLayout<Name: WordField>: Hashable, Sendable {
  struct Field: Hashable, Sendable {
    let name: Name
    let type: Verilog.SignalType
  }

  private(set) var fields: [Field] = []
  private(set) var bits = 0

  /// - Precondition: no field has the name of another.
  init(_ fields: [(Name, Verilog.SignalType)]) {
    for (name, type) in fields {
      precondition(!has(name), "two fields are called \(name.name)")
      self.fields.append(Field(name: name, type: type))
      bits += type.bits
    }
  }

  var type: Verilog.SignalType { .unsigned(bits) }

  func has(_ name: Name) -> Bool { fields.contains { $0.name == name } }

  /// The type of a field.
  /// - Precondition: the word has it.
  func type(of name: Name) -> Verilog.SignalType { place(of: name).0.type }

  /// Every field with its bits, the lowest first.
  var description: String {
    var low = 0
    return fields.map { field in
      defer { low += field.type.bits }
      let high = low + field.type.bits - 1
      return "\(field.name.name) [\(high == low ? "\(low)" : "\(high):\(low)")]"
    }.joined(separator: ", ")
  }

  /// A field of `word`.
  /// - Precondition: the word has it.
  func field(_ name: Name, of word: Verilog.Reference) -> Verilog.Expression {
    let (field, low) = place(of: name)
    let slice = word.slice(Verilog.Affine(low), bits: field.type.bits).value
    return field.type.isSigned ? slice.asSigned : slice
  }

  /// The bits of a word with these numbers; fields without one are 0.
  /// - Precondition: the word has every field, and every number fits its own.
  func word(_ numbers: [Name: BigInt]) -> BigUInt {
    var word = Verilog.PackedWord()
    for field in fields { word.append(numbers[field.name] ?? 0, field.type) }
    precondition(numbers.keys.allSatisfy(has), "no such field")
    return word.pattern
  }

  private func place(of name: Name) -> (Field, low: Int) {
    var low = 0
    for field in fields {
      if field.name == name { return (field, low) }
      low += field.type.bits
    }
    preconditionFailure("no field is called \(name.name)")
  }
}
