extension Verilog {
  /// Finds the type of an expression, or what is wrong with it.
  struct ExpressionCheck {
    /// What may be read or assigned, by name.
    var signals: [String: Signal] = [:]
    /// The indices of the loops around.
    var indices: [LoopIndex: ClosedRange<Int>] = [:]

    func type(of expression: Expression) throws(Fault) -> SignalType {
      switch expression {
      case .literal(let value, let type):
        guard type.range.contains(value) else { throw .literal("\(value)", type) }
        return type
      case .reference(let reference):
        return try type(of: reference)
      case .extended(let operand, let target):
        let source = try type(of: operand)
        let fits =
          source.isSigned == target.isSigned
          ? source.bits <= target.bits : target.isSigned && source.bits < target.bits
        guard fits else {
          throw .widening(of: operand.text, from: source, to: target)
        }
        return target
      case .reinterpreted(let operand, let signed):
        return SignalType(bits: try type(of: operand).bits, signed: signed)
      case .unary(let operation, let operand):
        let type = try type(of: operand)
        return operation == .complement ? type : .bit
      case .binary(let operation, let left, let right):
        let type = try type(of: left)
        try expect(type, right, "operand of \(operation.rawValue)")
        return operation.isComparison ? .bit : type
      case .shift(_, let operand, let amount):
        let amount = try type(of: amount)
        guard !amount.isSigned else {
          throw .type(at: "amount of a shift", expected: .unsigned(amount.bits), found: amount)
        }
        return try type(of: operand)
      case .conditional(let condition, let first, let second):
        try expect(.bit, condition, "condition")
        let type = try type(of: first)
        try expect(type, second, "alternative")
        return type
      case .concatenation(let parts):
        var bits = 0
        for part in parts { bits += try type(of: part).bits }
        return .unsigned(bits)
      case .repetition(let count, let operand):
        return .unsigned(try type(of: operand).bits * count)
      }
    }

    func expect(
      _ expected: SignalType,
      _ expression: Expression,
      _ place: @autoclosure () -> String
    ) throws(Fault) {
      let found = try type(of: expression)
      guard found == expected else { throw .type(at: place(), expected: expected, found: found) }
    }

    func type(of reference: Reference) throws(Fault) -> SignalType {
      switch reference {
      case .signal(let signal):
        try declared(signal)
        guard signal.depth == nil else { throw .wordExpected(signal.name) }
      case .word(let signal, let address):
        try declared(signal)
        guard let depth = signal.depth else { throw .arrayExpected(signal.name) }
        try expect(.address(of: depth), address, "address of '\(signal.name)'")
      case .slice(let whole, let low, let bits):
        let type = try type(of: whole)
        try within(0...type.bits - bits, low, whole.signal.name)
      }
      return reference.type
    }

    private func declared(_ signal: Signal) throws(Fault) {
      guard signals[signal.name] == signal else { throw .undeclared(signal.name) }
    }

    private func within(
      _ expected: ClosedRange<Int>,
      _ place: Affine,
      _ name: String
    ) throws(Fault) {
      if let unknown = place.factors.keys.sorted().first(where: { indices[$0] == nil }) {
        throw .loopIndex(unknown.name)
      }
      guard let range = place.range(indices) else { return }
      guard expected.contains(range.lowerBound), expected.contains(range.upperBound) else {
        throw .index(of: name, found: range, expected: expected)
      }
    }
  }
}
