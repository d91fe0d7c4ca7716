extension Verilog {
  /// Verifies a module: names, types, indices, and one driver for every bit.
  struct ModuleCheck {
    private var expressions = ExpressionCheck()
    private var wires: Set<String> = []
    private var registers: Set<String> = []
    /// The bits of every wire that have a driver.
    private var driven: [String: [Range<Int>]] = [:]
    /// The process that assigns a register, by its number.
    private var processes: [String: Int] = [:]
    private var initialized: Set<String> = []
    private var process = 0

    mutating func check(_ module: Module) throws(Fault) {
      try Self.checkName(module.name)
      for port in module.ports {
        try declare(port.signal)
        if port.direction == .output { wires.insert(port.signal.name) }
      }
      for section in module.sections {
        for wire in section.wires {
          try declare(wire)
          wires.insert(wire.name)
        }
        for register in section.registers {
          try declare(register)
          registers.insert(register.name)
        }
        for item in section.items { try check(item) }
      }
      try checkDrivers()
    }

    private mutating func declare(_ signal: Signal) throws(Fault) {
      try Self.checkName(signal.name)
      guard expressions.signals.updateValue(signal, forKey: signal.name) == nil else {
        throw .declaredTwice(signal.name)
      }
    }

    private mutating func check(_ item: Item) throws(Fault) {
      process += 1
      switch item {
      case .assign(let target, let value):
        try expressions.expect(
          try expressions.type(of: target),
          value,
          "value of '\(target.signal.name)'"
        )
        try drive(target)
      case .combinational(let body): try check(body, isInitial: false)
      case .clocked(let clock, let body):
        try expressions.expect(.bit, clock.value, "clock")
        try check(body, isInitial: false)
      case .initial(let body): try check(body, isInitial: true)
      case .oscillator(let signal, _):
        try expressions.expect(.bit, signal.value, "oscillator")
        try assign(signal, isInitial: false)
      case .instance(let instance): try check(instance)
      }
    }

    private mutating func check(_ instance: Instance) throws(Fault) {
      try Self.checkName(instance.name)
      var unknown = Set(instance.inputs.keys).union(instance.outputs.keys)
      for port in instance.module.ports {
        let (name, type) = (port.signal.name, port.signal.type)
        let place = "port '\(name)' of \(instance.name)"
        unknown.remove(name)
        switch port.direction {
        case .input:
          guard let value = instance.inputs[name] else {
            throw .port(name, instance: instance.name)
          }
          try expressions.expect(type, value, place)
        case .output:
          guard instance.inputs[name] == nil else {
            throw .port(name, instance: instance.name)
          }
          guard let target = instance.outputs[name] else { continue }
          try expressions.expect(type, target.value, place)
          try drive(target)
        }
      }
      if let name = unknown.sorted().first { throw .port(name, instance: instance.name) }
    }

    private mutating func check(_ body: [Statement], isInitial: Bool) throws(Fault) {
      for statement in body { try check(statement, isInitial) }
    }

    private mutating func check(_ statement: Statement, _ isInitial: Bool) throws(Fault) {
      switch statement {
      case .assign(let target, let value):
        let name = target.signal.name
        try expressions.expect(try expressions.type(of: target), value, "value of '\(name)'")
        try assign(target.signal, isInitial: isInitial)
      case .when(let condition, let body, let otherwise):
        try expressions.expect(.bit, condition, "condition")
        try check(body + otherwise, isInitial: isInitial)
      case .select(let subject, let branches, let otherwise):
        let type = try expressions.type(of: subject)
        for branch in branches {
          try expressions.expect(type, branch.value, "branch")
          try check(branch.body, isInitial: isInitial)
        }
        try check(otherwise, isInitial: isInitial)
      case .loop(let index, let from, let below, let body):
        try Self.checkName(index.name)
        guard expressions.indices[index] == nil, expressions.signals[index.name] == nil,
          let first = from.range(expressions.indices), let end = below.range(expressions.indices)
        else { throw .loopIndex(index.name) }
        guard first.lowerBound < end.upperBound else { return }
        expressions.indices[index] = first.lowerBound...end.upperBound - 1
        try check(body, isInitial: isInitial)
        expressions.indices[index] = nil
      case .load(let signal, _):
        guard signal.depth != nil else { throw .arrayExpected(signal.name) }
        try assign(signal, isInitial: isInitial)
      case .display(_, let values):
        for value in values { _ = try expressions.type(of: value) }
      case .finish: return
      }
    }

    private mutating func drive(_ target: Reference) throws(Fault) {
      let name = target.signal.name
      guard wires.contains(name) else { throw .notAssignable(name) }
      let bits: Range<Int>
      switch target {
      case .signal(let signal): bits = 0..<signal.type.bits
      case .slice(.signal, let low, let count) where low.factors.isEmpty:
        bits = low.constant..<low.constant + count
      case .word, .slice: throw .notAssignable(name)
      }
      guard driven[name, default: []].allSatisfy({ !$0.overlaps(bits) }) else {
        throw .drivenTwice(name)
      }
      driven[name, default: []].append(bits)
    }

    private mutating func assign(_ signal: Signal, isInitial: Bool) throws(Fault) {
      let name = signal.name
      guard registers.contains(name) else { throw .notAssignable(name) }
      if isInitial {
        initialized.insert(name)
        return
      }
      guard processes[name, default: process] == process else { throw .drivenTwice(name) }
      processes[name] = process
    }

    private func checkDrivers() throws(Fault) {
      for name in wires.sorted() {
        let bits = driven[name, default: []].reduce(0) { $0 + $1.count }
        guard bits == expressions.signals[name]?.type.bits else { throw .driverMissing(name) }
      }
      for name in registers.sorted()
      where processes[name] == nil && !initialized.contains(name) {
        throw .driverMissing(name)
      }
    }

    private static func checkName(_ name: String) throws(Fault) {
      let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
      guard let first = name.first, letters.contains(first),
        name.allSatisfy({ letters.contains($0) || ("0"..."9").contains($0) }),
        !Verilog.keywords.contains(name)
      else { throw .name(name) }
    }
  }
}
