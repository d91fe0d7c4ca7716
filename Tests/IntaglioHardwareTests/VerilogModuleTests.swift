import IntaglioHardware
import IntaglioTestSupport
import Testing

@Suite("A tree that is a module prints; every other one is an error")
struct VerilogModuleTests {
  typealias Signal = Verilog.Signal

  private static let a = Signal("a_i", .signed(4))
  private static let b = Signal("b_i", .signed(6))
  private static let u = Signal("u_i", .unsigned(4))
  private static let y = Signal("y_o", .signed(6))
  private static let clock = Signal("clk_i", .bit)
  private static let words = Signal("words_q", .unsigned(4), depth: 5)
  private static let parts = Signal("parts_q", .unsigned(20))
  private static let i = Verilog.LoopIndex("i")

  /// A module with the inputs above whose output is `value`, or which has `items`.
  private static func module(
    _ name: String = "tiny",
    _ value: Verilog.Expression = b.value,
    wires: [Signal] = [],
    registers: [Signal] = [],
    items: [Verilog.Item] = []
  ) throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      name,
      summary: ["A test."],
      ports: [.input(clock), .input(a), .input(b), .input(u), .output(y)],
      sections: [
        Verilog.Section("All.", wires: wires, registers: registers, items),
        Verilog.Section("The output.", [.assign(y.reference, value)]),
      ]
    )
  }

  private static func fault(
    _ make: () throws(Verilog.ModuleError) -> Verilog.Module
  ) -> Verilog.Fault? {
    do {
      _ = try make()
      return nil
    } catch {
      return error.fault
    }
  }

  /// One clocked process.
  private static func process(_ body: [Verilog.Statement]) -> [Verilog.Item] {
    [.clocked(clock, body)]
  }

  @Test("operands of different widths or signs are an error, not a warning of some tool")
  func mixedOperands() {
    let (a, b, u) = (Self.a.value, Self.b.value, Self.u.value)
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try Self.module("m", b + a) }
        == .type(at: "operand of +", expected: .signed(6), found: .signed(4))
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try Self.module("m", a + u) }
        == .type(at: "operand of +", expected: .signed(4), found: .unsigned(4))
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try Self.module("m", a) }
        == .type(at: "value of 'y_o'", expected: .signed(6), found: .signed(4))
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try Self.module("m", b.when(u, otherwise: b)) }
        == .type(at: "condition", expected: .bit, found: .unsigned(4))
    )
  }

  @Test("an extension never loses a bit or a sign")
  func extensions() throws {
    let (a, b, u) = (Self.a.reference, Self.b.reference, Self.u.reference)
    _ = try Self.module("m", a.extended(to: .signed(6)))
    _ = try Self.module("m", u.extended(to: .signed(6)))
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try Self.module("m", b.extended(to: .signed(4)).extended(to: .signed(6)))
      } == .widening(of: "b_i", from: .signed(6), to: .signed(4))
    )
    // An unsigned number of as many bits may be too large.
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try Self.module("m", u.extended(to: .signed(4)).extended(to: .signed(6)))
      } == .widening(of: "u_i", from: .unsigned(4), to: .signed(4))
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try Self.module("m", a.extended(to: .unsigned(6)).asSigned)
      } == .widening(of: "a_i", from: .signed(4), to: .unsigned(6))
    )
  }

  @Test("a number that its type does not hold is an error", arguments: [-33, 32, 1000])
  func literals(_ value: Int) {
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try Self.module("m", .literal(value, .signed(6)))
      } == .literal("\(value)", .signed(6))
    )
  }

  @Test("an index that leaves its array in any turn of its loops is an error")
  func indices() throws {
    func filled(_ place: Verilog.Affine) throws(Verilog.ModuleError) -> Verilog.Module {
      let part = Self.parts.reference.slice(place * 4, bits: 4)
      let body = Verilog.Statement.assign(part, Self.u.value)
      return try Self.module(
        "m",
        registers: [Self.parts],
        items: Self.process([.loop(Self.i, from: 1, below: 5, [body])])
      )
    }
    let i = Verilog.Affine(Self.i)
    _ = try filled(i)
    _ = try filled(i - 1)
    _ = try filled(i * -1 + 4)
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try filled(i + 1) }
        == .index(of: "parts_q", found: 8...20, expected: 0...16)
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try filled(i - 2) }
        == .index(of: "parts_q", found: -4...8, expected: 0...16)
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try filled(Verilog.Affine(Verilog.LoopIndex("j")))
      } == .loopIndex("j")
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try Self.module("m", Self.b.reference.slice(3, bits: 4).value.asSigned)
      } == .index(of: "b_i", found: 3...3, expected: 0...2)
    )
  }

  @Test("an address is exactly as wide as its array is deep")
  func addresses() throws {
    let read = Verilog.Signal("read", .unsigned(4))
    func reading(_ address: Verilog.Expression) throws(Verilog.ModuleError) -> Verilog.Module {
      try Self.module(
        "m",
        wires: [read],
        registers: [Self.words],
        items: [
          .assign(read.reference, Self.words[address].value),
          .clocked(Self.clock, [.assign(Self.words[.literal(4, .unsigned(3))], Self.u.value)]),
        ]
      )
    }
    _ = try reading(Self.u.reference.slice(0, bits: 3).value)
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try reading(Self.u.value) }
        == .type(at: "address of 'words_q'", expected: .unsigned(3), found: .unsigned(4))
    )
  }

  @Test("a name is declared once, before its use, and is no word of the language")
  func names() {
    let wire = Signal("x", .signed(6))
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try Self.module("m", wire.value) }
        == .undeclared("x")
    )
    // Known by another width.
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try Self.module("m", Signal("a_i", .signed(6)).value)
      } == .undeclared("a_i")
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try Self.module("m", wires: [Self.a])
      } == .declaredTwice("a_i")
    )
    for name in ["", "9x", "x y", "ünder", "endmodule", "logic"] {
      #expect(
        Self.fault { () throws(Verilog.ModuleError) in try Self.module(name) } == .name(name)
      )
    }
  }

  @Test("every bit of a wire and every register has one driver")
  func drivers() throws {
    let wire = Signal("x", .unsigned(4))
    let register = Signal("x_q", .unsigned(4))
    func driven(_ parts: [(low: Int, bits: Int)]) throws(Verilog.ModuleError) -> Verilog.Module {
      try Self.module(
        "m",
        wires: [wire],
        items: parts.map { part in
          .assign(
            wire.reference.slice(Verilog.Affine(part.low), bits: part.bits),
            Self.u.reference.slice(Verilog.Affine(part.low), bits: part.bits).value
          )
        }
      )
    }
    _ = try driven([(0, 2), (2, 2)])
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try driven([(0, 2), (2, 1)]) }
        == .driverMissing("x")
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try driven([(0, 3), (2, 2)]) }
        == .drivenTwice("x")
    )
    let assignment = Verilog.Statement.assign(register.reference, Self.u.value)
    _ = try Self.module("m", registers: [register], items: Self.process([assignment, assignment]))
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try Self.module(
          "m",
          registers: [register],
          items: Self.process([assignment]) + Self.process([assignment])
        )
      } == .drivenTwice("x_q")
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try Self.module("m", registers: [register]) }
        == .driverMissing("x_q")
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try Self.module(
          "m",
          wires: [wire],
          items: Self.process([.assign(wire.reference, Self.u.value)])
        )
      } == .notAssignable("x")
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try Self.module("m", items: [.assign(Self.u.reference, Self.u.value)])
      } == .notAssignable("u_i")
    )
  }

  @Test("an instance connects every input, and nothing that is not there")
  func instances() throws {
    let inner = try Self.module("inner")
    let wire = Signal("x", .signed(6))
    var inputs = [
      "clk_i": Self.clock.value, "a_i": Self.a.value, "b_i": Self.b.value, "u_i": Self.u.value,
    ]
    func outer(_ outputs: [String: Verilog.Reference]) throws(Verilog.ModuleError) -> Verilog.Module
    {
      let instance = Verilog.Instance("one", of: inner, inputs: inputs, outputs: outputs)
      return try Self.module("outer", wires: [wire], items: [.instance(instance)])
    }
    _ = try outer(["y_o": wire.reference])
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try outer([:]) } == .driverMissing("x")
    )
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in
        try outer(["y_o": wire.reference, "z_o": wire.reference])
      } == .port("z_o", instance: "one")
    )
    inputs["u_i"] = Self.a.value
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try outer(["y_o": wire.reference]) }
        == .type(at: "port 'u_i' of one", expected: .unsigned(4), found: .signed(4))
    )
    inputs["u_i"] = nil
    #expect(
      Self.fault { () throws(Verilog.ModuleError) in try outer(["y_o": wire.reference]) }
        == .port("u_i", instance: "one")
    )
  }

  @Test("two different modules of one name do not make a design")
  func design() throws {
    let clock = Self.clock
    func leaf(_ value: Bool) throws -> Verilog.Module {
      let output = Signal("y_o", .bit)
      return try Verilog.Module(
        "leaf",
        summary: ["A bit."],
        ports: [.input(clock), .output(output)],
        sections: [
          Verilog.Section("It.", [.assign(output.reference, clock.value ^ .bit(value))])
        ]
      )
    }
    func design(_ leaves: [Verilog.Module]) throws -> Verilog.Design {
      try Verilog.Design(
        try Self.module(
          "top",
          items: leaves.enumerated().map { index, leaf in
            .instance(
              Verilog.Instance(
                "leaf_\(index)",
                of: leaf,
                inputs: ["clk_i": clock.value],
                outputs: [:]
              )
            )
          }
        )
      )
    }
    let names = try design([leaf(true), leaf(true)]).modules.map(\.name)
    #expect(names == ["leaf", "top"])
    #expect(throws: Verilog.DesignError.self) { try design([leaf(true), leaf(false)]) }
  }

  @Test("the text has a comment above every block and says what the tree says")
  func text() throws {
    let module = try Self.module(
      "tiny",
      Self.b.value + Self.a.reference.extended(to: .signed(6)),
      registers: [Self.parts],
      items: Self.process([
        .loop(
          Self.i,
          5,
          [
            .assign(
              Self.parts.reference.slice(Verilog.Affine(Self.i) * 4, bits: 4),
              Self.u.value
            )
          ]
        )
      ])
    )
    #expect(
      module.text == """
        // Generated by Intaglio.
        // A test.
        `default_nettype none
        module tiny (
          input wire clk_i,
          input wire signed [3:0] a_i,
          input wire signed [5:0] b_i,
          input wire [3:0] u_i,
          output wire signed [5:0] y_o
        );

          // All.
          reg [19:0] parts_q;
          always @(posedge clk_i) begin : process_1
            integer i;
            for (i = 0; i < 5; i = i + 1) begin
              parts_q[4 * i +: 4] <= u_i;
            end
          end

          // The output.
          assign y_o = b_i + $signed({{2{a_i[3]}}, a_i});
        endmodule
        `default_nettype wire

        """
    )
  }
}
