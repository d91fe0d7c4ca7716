import Foundation
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioTestSupport
import Testing

/// A library of an inverter and a flip-flop with round numbers.
enum SmallLibrary {
  static let text = """
    /* round numbers */
    library(small) {
      time_unit : "1ns";
      voltage_unit : "1V";
      leakage_power_unit : "1nW";
      capacitive_load_unit (1,pf);
      nom_voltage : 2;
      lu_table_template(delay) {
        variable_1 : total_output_net_capacitance;
        variable_2 : input_net_transition;
        index_1 ("1000, 1001");
        index_2 ("1000, 1001");
      }
      power_lut_template(energy) {
        variable_1 : input_transition_time;
        variable_2 : total_output_net_capacitance;
        index_1 ("1, 3");
        index_2 ("0.010, 0.020");
      }
      power_lut_template(passive) {
        variable_1 : input_transition_time;
        index_1 ("0, 1");
      }
      cell (INV) { // an inverter
        area : 3
        cell_leakage_power : 5;
        pin(A) { direction : input; capacitance : 0.010; }
        pin(Y) {
          direction : output;
          function : "A'";
          timing() {
            related_pin : "A";
            rise_transition(delay) {
              index_1 ("0, 0.1");
              index_2 ("0, 1");
              values ("1, 1", \\
                      "3, 3");
            }
          }
          internal_power() {
            related_pin : "A";
            rise_power(energy) { values ("1, 2", "3, 4"); }
            fall_power(scalar) { values ("0.5"); }
          }
        }
      }
      cell (FF) {
        area : 10;
        pin(C) {
          direction : input; clock : true; rise_capacitance : 0.01; fall_capacitance : 0.03;
          internal_power() { power(passive) { values ("0.2, 0.4"); } }
        }
        pin(D) { direction : input; capacitance : 0.010; }
        pin(Q) { direction : output; }
      }
    }
    """

  static func library(_ text: String = text) throws -> CellLibrary {
    try CellLibrary(liberty: [UInt8](text.utf8), file: "small.lib")
  }
}

@Suite("Liberty files are read as they say, or the line that is wrong is named")
struct CellLibraryTests {
  @Test("areas, leakage, pins and units")
  func contents() throws {
    let library = try SmallLibrary.library()
    #expect(library.name == "small" && library.voltage == 2)
    let inverter = try library.cell("INV")
    #expect(inverter.area == 3 && inverter.leakage == 5e-9)
    #expect(inverter.pins["A"]?.isInput == true && inverter.pins["Y"]?.isInput == false)
    #expect(inverter.pins["A"]?.capacitance == 0.010 * 1e-12)
    let flipFlop = try library.cell("FF")
    #expect(flipFlop.leakage == 0 && flipFlop.pins["C"]?.isClock == true)
    // The mean of rising and falling.
    #expect(flipFlop.pins["C"]?.capacitance == (0.01 + 0.03) / 2 * 1e-12)
  }

  @Test("a table is read over the axes of its template, interpolated, and kept at its ends")
  func tables() throws {
    let output = try #require(try SmallLibrary.library().cell("INV").pins["Y"])
    let rise = try #require(output.energies.first?.rise)
    // 1 pF at 2 V is 4 pJ: units of energy are capacitance times the unit of voltage, squared.
    func energy(_ load: Double, _ slew: Double) -> Double {
      (rise(load: load * 1e-12, slew: slew * 1e-9) * 1e12 * 1024).rounded() / 1024
    }
    #expect(energy(0.010, 1) == 1 && energy(0.020, 1) == 2 && energy(0.010, 3) == 3)
    #expect(energy(0.015, 2) == 2.5)
    #expect(energy(0, 0) == 1 && energy(1, 100) == 4)
    #expect(output.energies.first?.fall?(load: 7, slew: 7) == 0.5 * 1e-12)
    #expect(output.slews.first?.rise?(load: 0, slew: 0) == 1e-9)
  }

  /// What is replaced, by what, and the line and fault that follow.
  static let malformed: [(String, String, Int, LibertyError.Fault)] = [
    ("/* round numbers */", "/* round numbers", 1, .unterminated("a comment")),
    ("library(small)", "cell(small)", 2, .expected("library", found: "cell")),
    (
      "\"1ns\"", "\"1lightyear\"", 3,
      .value(attribute: "time_unit", expected: "such as 1ns", found: "1lightyear")
    ),
    (
      "(1,pf)", "(pf)", 6,
      .value(attribute: "capacitive_load_unit", expected: "such as (1, pf)", found: "pf")
    ),
    (
      "nom_voltage : 2;", "", 2,
      .missing(attribute: "nom_voltage", group: "library small")
    ),
    ("area : 3", "size : 3", 24, .missing(attribute: "area", group: "cell INV")),
    (
      "area : 3", "area : big", 25,
      .value(attribute: "area", expected: "a number", found: "big")
    ),
    (
      "direction : output;\n", "direction : up;\n", 29,
      .value(attribute: "direction", expected: "input or output", found: "up")
    ),
    ("(\"1, 2\", \"3, 4\")", "(\"1, 2, 3\")", 42, .table(expected: [2, 2], found: 3)),
    (
      "rise_power(energy)", "rise_power(unknown)", 42,
      .expected("the name of a template", found: "unknown")
    ),
    (
      "index_1 (\"1, 3\");", "index_1 (\"3, 1\");", 42,
      .value(attribute: "index_1", expected: "ascending numbers", found: "[3.0, 1.0]")
    ),
  ]

  @Test("every fault names its line", arguments: malformed.indices)
  func faults(_ index: Int) {
    let (old, new, line, fault) = Self.malformed[index]
    let range = SmallLibrary.text.range(of: old)
    let text = range.map { SmallLibrary.text.replacingCharacters(in: $0, with: new) } ?? ""
    #expect(throws: LibertyError(file: "small.lib", line: line, fault: fault)) {
      try SmallLibrary.library(text)
    }
  }

  @Test("a file that ends anywhere before its end is an error")
  func truncation() {
    let bytes = Array(SmallLibrary.text.utf8)
    for count in bytes.indices {
      #expect(throws: LibertyError.self) {
        try CellLibrary(liberty: Array(bytes[..<count]), file: "small.lib")
      }
    }
  }

  @Test("a missing file is named")
  func missing() {
    let error = #expect(throws: LibertyError.self) {
      try CellLibrary(liberty: "/nowhere/cells.lib")
    }
    #expect(error?.description == "/nowhere/cells.lib: cannot be read")
  }
}
