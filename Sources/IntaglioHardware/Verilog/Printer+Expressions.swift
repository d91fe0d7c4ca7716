import BigInt

extension Verilog.Expression {
  /// As it stands alone; operands that are operations have parentheses.
  var text: String {
    switch self {
    case .literal(let value, let type): Self.text(of: value, type)
    case .reference(let reference): reference.text
    case .extended(let operand, let target): operand.text(extendedTo: target)
    case .reinterpreted(let operand, let signed):
      "\(signed ? "$signed" : "$unsigned")(\(operand.text))"
    case .unary(let operation, let operand): "\(operation.rawValue)\(operand.operandText)"
    case .binary(let operation, let left, let right):
      "\(left.operandText) \(operation.rawValue) \(right.operandText)"
    case .shift(.left, let operand, let amount):
      "\(operand.operandText) << \(amount.operandText)"
    case .shift(.right, let operand, let amount):
      "\(operand.operandText) >>> \(amount.operandText)"
    case .conditional(let condition, let first, let second):
      "\(condition.operandText) ? \(first.operandText) : \(second.operandText)"
    case .concatenation(let parts): "{\(parts.map(\.text).joined(separator: ", "))}"
    case .repetition(let count, let operand): "{\(count){\(operand.text)}}"
    }
  }

  private var operandText: String {
    switch self {
    case .unary, .binary, .shift, .conditional: "(\(text))"
    case .literal, .reference, .extended, .reinterpreted, .concatenation, .repetition: text
    }
  }

  private static func text(of value: BigInt, _ type: Verilog.SignalType) -> String {
    let mark = type.isSigned ? "s" : ""
    // The least number has no positive counterpart of its width; long numbers read better in hex.
    if value == type.range.lowerBound && type.isSigned || type.bits > 32 {
      let bits = value.signum() < 0 ? value + BigInt(1) << type.bits : value
      return "\(type.bits)'\(mark)h\(String(bits, radix: 16))"
    }
    return "\(value.signum() < 0 ? "-" : "")\(type.bits)'\(mark)d\(value.magnitude)"
  }

  /// The parts of a concatenation keep their own width: that is what stops the language's own rules
  /// from widening the operands inside.
  private func text(extendedTo target: Verilog.SignalType) -> String {
    let source = checkedType
    guard source != target else { return text }
    let fill = target.bits - source.bits
    guard source.isSigned else {
      let wide = "{\(fill)'d0, \(text)}"
      return target.isSigned ? "$signed(\(wide))" : wide
    }
    guard case .reference(let reference) = self else {
      // The sign of a number without a name comes back from the left.
      return "($signed({\(text), \(fill)'d0}) >>> \(fill))"
    }
    return "$signed({{\(fill){\(reference.signText)}}, \(text)})"
  }

  /// The type of an expression that was checked.
  private var checkedType: Verilog.SignalType {
    switch self {
    case .literal(_, let type), .extended(_, let type): type
    case .reference(let reference): reference.type
    case .reinterpreted(let operand, let signed):
      Verilog.SignalType(bits: operand.checkedType.bits, signed: signed)
    case .unary(.complement, let operand), .shift(_, let operand, _): operand.checkedType
    case .unary: .bit
    case .binary(let operation, let left, _): operation.isComparison ? .bit : left.checkedType
    case .conditional(_, let first, _): first.checkedType
    case .concatenation(let parts): .unsigned(parts.reduce(0) { $0 + $1.checkedType.bits })
    case .repetition(let count, let operand): .unsigned(operand.checkedType.bits * count)
    }
  }
}

extension Verilog.Expression {
  /// At an input of an instance, whose type says how its bits are read.
  ///
  /// Yosys (0.23) does not take a whole wire under another sign there.
  var connection: String {
    guard case .reinterpreted(.reference(let reference), _) = self, reference.isWhole else {
      return text
    }
    return reference.text
  }
}

extension Verilog.Reference {
  /// Whether it has all bits of a signal.
  fileprivate var isWhole: Bool {
    switch self {
    case .signal: true
    case .word: false
    case .slice(let whole, let low, let bits): whole.isWhole && low == 0 && bits == whole.type.bits
    }
  }

  var text: String {
    switch self {
    case .signal(let signal): signal.name
    case .word(let signal, let address): "\(signal.name)[\(address.text)]"
    case .slice(let whole, let low, let bits):
      // A signal of one bit cannot be sliced.
      if whole.type.bits == 1 {
        whole.text
      } else if !low.factors.isEmpty {
        "\(whole.text)[\(low.text) +: \(bits)]"
      } else if bits == 1 {
        "\(whole.text)[\(low.constant)]"
      } else {
        "\(whole.text)[\(low.constant + bits - 1):\(low.constant)]"
      }
    }
  }

  /// The highest bit of a signed reference, which is never a slice.
  fileprivate var signText: String {
    type.bits == 1 ? text : "\(text)[\(type.bits - 1)]"
  }
}

extension Verilog.Affine {
  var text: String {
    let terms = factors.sorted { $0.key < $1.key }.map { index, factor in
      factor == 1 ? index.name : "\(factor) * \(index.name)"
    }
    guard !terms.isEmpty else { return "\(constant)" }
    let sum = terms.joined(separator: " + ")
    return constant == 0 ? sum : sum + (constant < 0 ? " - \(-constant)" : " + \(constant)")
  }
}
