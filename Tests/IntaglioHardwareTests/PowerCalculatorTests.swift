import IntaglioHardware
import IntaglioHardwareStudies
import Testing

@Suite("Power is the energy of every change, by hand")
struct PowerCalculatorTests {
  /// in → INV → FF → out, in round numbers.
  private static let json = """
    {"modules": {"pair": {
      "ports": {
        "clk_i": {"direction": "input", "bits": [2]},
        "in": {"direction": "input", "bits": [3]},
        "out": {"direction": "output", "bits": [5]}
      },
      "cells": {
        "b": {"type": "FF", "connections": {"C": [2], "D": [4], "Q": [5]}},
        "a": {"type": "INV", "connections": {"A": [3], "Y": [4]}}
      }
    }}}
    """

  private static func netlist(_ json: String = json) throws -> Netlist {
    try Netlist(json: Array(json.utf8), top: "pair")
  }

  /// In picojoules of a cycle, so that numbers are round.
  private func picojoules(_ watts: Double) -> Double {
    (watts / 1e6 * 1e12 * 4096).rounded() / 4096
  }

  @Test("every part of it")
  func parts() throws {
    let calculator = PowerCalculator(
      try SmallLibrary.library(),
      wires: WireModel(perSink: 10e-15),
      inputSlew: 0.5e-9,
      clock: 1e6
    )
    let power = try calculator.power(
      of: Self.netlist(),
      toggles: [
        2: NetActivity(rises: 1, falls: 1), 3: NetActivity(rises: 0.25, falls: 0.25),
        4: NetActivity(rises: 0.25, falls: 0.25),
      ],
      clockNets: [2]
    )
    // Nets 3 and 4 have a pin of 10 fF and as much wire: half of 20 fF · (2 V)² · 0.5 each.
    #expect(picojoules(power.switching) == picojoules(2 * 0.020e-12 * 4 / 2 * 0.5 * 1e6))
    // The inverter drives 20 fF; its input has 0.5 ns, below the table: 2 pJ rising, 0.5 falling.
    #expect(picojoules(power.internal) == 2 * 0.25 + 0.5 * 0.25)
    // The clock: 20 fF and 10 fF of wire twice, and 0.3 pJ inside at each edge.
    #expect(picojoules(power.clock) == picojoules((0.030e-12 * 4 / 2 + 0.3e-12) * 2 * 1e6))
    #expect(power.leakage == 5e-9)
    #expect(power.total == power.switching + power.internal + power.clock + power.leakage)
  }

  @Test("a clock twice as fast takes twice the power, and leaks as much")
  func clock() throws {
    let library = try SmallLibrary.library()
    func power(_ clock: Double) throws -> PowerEstimate {
      try PowerCalculator(library, clock: clock).power(
        of: Self.netlist(),
        toggles: [3: NetActivity(rises: 1, falls: 1), 4: NetActivity(rises: 1, falls: 1)],
        clockNets: [2]
      )
    }
    let (slow, fast) = (try power(1e6), try power(2e6))
    #expect(fast.switching == 2 * slow.switching && fast.internal == 2 * slow.internal)
    #expect(fast.leakage == slow.leakage && slow.clock == 0)
  }

  @Test("cells and pins that the library does not have are named")
  func unknown() throws {
    let calculator = PowerCalculator(try SmallLibrary.library())
    func message(_ old: String, _ new: String) throws -> String? {
      let netlist = try Self.netlist(Self.json.replacing(old, with: new))
      return #expect(throws: PowerError.self) {
        try calculator.power(of: netlist, toggles: [:], clockNets: [])
      }?.description
    }
    #expect(try message("INV", "NAND9") == "library small has no cell 'NAND9'")
    #expect(try message("\"D\"", "\"E\"") == "library small: cell 'FF' has no pin 'E'")
  }

  @Test("a netlist is structural Verilog with a wire for each net")
  func text() throws {
    let text = try Self.netlist().text
    #expect(text.contains("input clk_i;") && text.contains("assign out = n5;"))
    #expect(text.contains("INV cell_0 (.A(n3), .Y(n4));"))
    #expect(text.contains("FF cell_1 (.C(n2), .D(n4), .Q(n5));"))
  }

  @Test("JSON without the module, or that is none, is an error")
  func json() {
    #expect(throws: SynthesisError.netlist("other", "there is no such module")) {
      try Netlist(json: Array(Self.json.utf8), top: "other")
    }
    #expect(throws: SynthesisError.self) { try Netlist(json: Array("{".utf8), top: "pair") }
  }
}
