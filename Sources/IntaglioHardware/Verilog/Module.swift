extension Verilog {
  /// One module: one file.
  public struct Module: Hashable, Sendable {
    public let name: String
    /// What it is, for the reader: shape, law, latency; one paragraph per line.
    public let summary: [String]
    public let ports: [Port]
    public let sections: [Section]

    /// - Throws: `ModuleError` with the first thing that is wrong: a name, a type, an index, a driver.
    public init(
      _ name: String,
      summary: [String],
      ports: [Port],
      sections: [Section]
    ) throws(ModuleError) {
      self.name = name
      self.summary = summary
      self.ports = ports
      self.sections = sections
      do {
        var check = ModuleCheck()
        try check.check(self)
      } catch {
        throw ModuleError(module: name, fault: error)
      }
    }

    /// All instances, in the order of the text.
    public var instances: [Instance] {
      sections.flatMap { section in
        section.items.compactMap { if case .instance(let instance) = $0 { instance } else { nil } }
      }
    }
  }

  public struct Port: Hashable, Sendable {
    public enum Direction: String, Hashable, Sendable {
      case input
      case output
    }
    public let direction: Direction
    public let signal: Signal

    public static func input(_ signal: Signal) -> Port {
      Port(direction: .input, signal: signal)
    }
    public static func output(_ signal: Signal) -> Port {
      Port(direction: .output, signal: signal)
    }
  }

  /// A part of a module that does one thing, with the comment that says which.
  public struct Section: Hashable, Sendable {
    /// Shape and law; one paragraph per line.
    public let law: String
    public let wires: [Signal]
    /// Assigned in processes.
    public let registers: [Signal]
    public let items: [Item]

    public init(
      _ law: String,
      wires: [Signal] = [],
      registers: [Signal] = [],
      _ items: [Item]
    ) {
      (self.law, self.wires, self.registers, self.items) = (law, wires, registers, items)
    }
  }

  public enum Item: Hashable, Sendable {
    case assign(Reference, Expression)
    /// Whenever anything that it reads changes.
    case combinational([Statement])
    /// At every rising edge.
    case clocked(Signal, [Statement])
    /// Once, at the beginning.
    case initial([Statement])
    /// A signal that changes every `halfPeriod` units of time; for test benches.
    case oscillator(Signal, halfPeriod: Int)
    case instance(Instance)
  }

  /// A module inside another.
  public struct Instance: Hashable, Sendable {
    public let name: String
    public let module: Module
    /// What every input reads, by the names of the ports.
    public let inputs: [String: Expression]
    /// What every output drives, by the names of the ports; outputs may stay open.
    public let outputs: [String: Reference]

    public init(
      _ name: String,
      of module: Module,
      inputs: [String: Expression],
      outputs: [String: Reference]
    ) {
      (self.name, self.module, self.inputs, self.outputs) = (name, module, inputs, outputs)
    }
  }
}
