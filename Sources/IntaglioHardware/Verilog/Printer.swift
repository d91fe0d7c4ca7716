extension Verilog.Module {
  /// The file of this module: the same tree gives the same bytes.
  public var text: String {
    var printer = Verilog.Printer()
    printer.print(self)
    return printer.lines.joined(separator: "\n") + "\n"
  }
}

extension Verilog {
  /// Writes a module as text.
  struct Printer {
    private(set) var lines: [String] = []
    private var depth = 0
    /// How many processes there were.
    private var processes = 0

    /// How long a line may be before a comment is folded.
    private static let columns = 100

    mutating func print(_ module: Module) {
      comment(module.summary)
      line("`default_nettype none")
      line("module \(module.name) (")
      nested { printer in
        for (index, port) in module.ports.enumerated() {
          let comma = index + 1 < module.ports.count ? "," : ""
          printer.line("\(port.direction.rawValue) wire \(Self.declaration(port.signal))\(comma)")
        }
      }
      line(");")
      nested { printer in
        for section in module.sections { printer.print(section) }
      }
      line("endmodule")
      line("`default_nettype wire")
    }

    private mutating func print(_ section: Section) {
      lines.append("")
      comment([section.law])
      for wire in section.wires { line("wire \(Self.declaration(wire));") }
      for register in section.registers { line("reg \(Self.declaration(register));") }
      for item in section.items { print(item) }
    }

    private mutating func print(_ item: Item) {
      switch item {
      case .assign(let target, let value):
        line("assign \(target.text) = \(value.text);")
      case .combinational(let body):
        process("always @*", item, body, "=")
      case .clocked(let clock, let body):
        process("always @(posedge \(clock.name))", item, body, "<=")
      case .initial(let body):
        process("initial", item, body, "=")
      case .oscillator(let signal, let halfPeriod):
        line("always #\(halfPeriod) \(signal.name) <= ~\(signal.name);")
      case .instance(let instance): print(instance)
      }
    }

    private mutating func print(_ instance: Instance) {
      line("\(instance.module.name) \(instance.name) (")
      nested { printer in
        let ports = instance.module.ports
        for (index, port) in ports.enumerated() {
          let name = port.signal.name
          let value = instance.inputs[name]?.text ?? instance.outputs[name]?.text ?? ""
          printer.line(".\(name)(\(value))\(index + 1 < ports.count ? "," : "")")
        }
      }
      line(");")
    }

    /// A process; one with loops has a name, which makes room for its indices.
    private mutating func process(
      _ trigger: String,
      _ item: Item,
      _ body: [Statement],
      _ sign: String
    ) {
      let indices = item.loopIndices.uniqued
      processes += 1
      line("\(trigger) begin\(indices.isEmpty ? "" : " : process_\(processes)")")
      nested { printer in
        for index in indices { printer.line("integer \(index.name);") }
        printer.print(body, sign)
      }
      line("end")
    }

    private mutating func block(_ opening: String, _ body: [Statement], _ sign: String) {
      line(opening)
      nested { $0.print(body, sign) }
      line("end")
    }

    private mutating func print(_ body: [Statement], _ sign: String) {
      for statement in body { print(statement, sign) }
    }

    private mutating func print(_ statement: Statement, _ sign: String) {
      switch statement {
      case .assign(let target, let value):
        line("\(target.text) \(sign) \(value.text);")
      case .when(let condition, let body, let otherwise):
        line("if (\(condition.text)) begin")
        nested { $0.print(body, sign) }
        if !otherwise.isEmpty {
          line("end else begin")
          nested { $0.print(otherwise, sign) }
        }
        line("end")
      case .select(let subject, let branches, let otherwise):
        line("case (\(subject.text))")
        nested { printer in
          for branch in branches { printer.block("\(branch.value.text): begin", branch.body, sign) }
          printer.block("default: begin", otherwise, sign)
        }
        line("endcase")
      case .loop(let index, let from, let below, let body):
        let name = index.name
        block(
          "for (\(name) = \(from.text); \(name) < \(below.text); \(name) = \(name) + 1) begin",
          body,
          sign
        )
      case .load(let signal, let file): line("$readmemh(\"\(file)\", \(signal.name));")
      case .display(let format, let values):
        line("$display(\(([#""\#(format)""#] + values.map(\.text)).joined(separator: ", ")));")
      case .finish: line("$finish;")
      }
    }

    private static func declaration(_ signal: Signal) -> String {
      let sign = signal.type.isSigned ? "signed " : ""
      let width = signal.type.bits > 1 ? "[\(signal.type.bits - 1):0] " : ""
      return "\(sign)\(width)\(signal.name)" + (signal.depth.map { " [0:\($0 - 1)]" } ?? "")
    }

    private mutating func comment(_ paragraphs: [String]) {
      let room = Self.columns - 2 * depth - 3
      for paragraph in paragraphs {
        var row = ""
        for word in paragraph.split(separator: " ") {
          if !row.isEmpty, row.count + 1 + word.count > room {
            line("// \(row)")
            row = ""
          }
          row += (row.isEmpty ? "" : " ") + word
        }
        line("// \(row)")
      }
    }

    private mutating func nested(_ body: (inout Printer) -> Void) {
      depth += 1
      body(&self)
      depth -= 1
    }

    private mutating func line(_ text: String) {
      lines.append(String(repeating: "  ", count: depth) + text)
    }
  }
}

extension Array where Element: Hashable {
  /// Every element where it stands first.
  fileprivate var uniqued: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
