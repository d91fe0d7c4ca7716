import Foundation
import IntaglioHardware
import IntaglioTestSupport

/// A module beside a specification, and what Yosys' solver says about every input and every cycle.
///
/// The specification is a module `specification`, written by hand, that also says which of its numbers are
/// known. The module `miter` around both has the outputs `part`, whose bit 0 says that known ports are equal and
/// whose others say the same of registers within, and `related`, that all of them hold. All hold in the first
/// cycle and, where all do, in the next one: so ports are equal in every cycle, from whatever the registers held
/// before the first reset. Each is a question of its own, for the solver takes much longer for all at once.
struct Proof {
  /// The text of the module under test.
  let module: String
  let name: String
  /// Registers of the module that `related` speaks about, as outputs of these names.
  let registers: [String]
  /// The modules `specification` and `miter`.
  let specification: String
  /// How many bits `part` has.
  let parts: Int

  enum Answer: Equatable {
    case equal
    /// In the first cycles from the beginning on, at the ports.
    case different
    case open
  }

  /// `original` reads `damaged`; `nil` where the text has no such place.
  func damaged(_ original: String, _ damaged: String) -> Proof? {
    guard module.contains(original) else { return nil }
    return Proof(
      module: module.replacing(original, with: damaged),
      name: name,
      registers: registers,
      specification: specification,
      parts: parts
    )
  }

  /// Every cycle, by induction over one.
  func byInduction() throws -> Answer {
    // The step begins anywhere: nothing is known to hold its first value.
    let steps = (0..<parts).map {
      "sat -seq 2 -set-at 1 related 1 -prove-skip 1 -prove part[\($0)] 1 miter"
    }
    let output = try run(
      ([Self.first(cycles: 1, "related"), "setattr -unset init w:*"] + steps)
        .joined(separator: "\n")
    )
    let isFirst = output.contains("Base case for induction length 1 proven.")
    let proved = output.components(separatedBy: "no model found: SUCCESS!").count - 1
    return isFirst && proved == parts ? .equal : .open
  }

  /// The first `cycles`, and the ports alone: a difference is one that a machine shows.
  func inTheFirst(_ cycles: Int) throws -> Answer {
    let output = try run(Self.first(cycles: cycles, "part[0]"))
    return output.contains("model found for base case: FAIL!") ? .different : .open
  }

  private static func first(cycles: Int, _ property: String) -> String {
    "sat -tempinduct -tempinduct-baseonly -maxsteps \(cycles) -prove \(property) 1 miter"
  }

  private func run(_ question: String) throws -> String {
    let folder = try TemporaryFolder()
    try folder.file("unit.v", Array(module.utf8))
    try folder.file("specification.v", Array(specification.utf8))
    let shown = registers.map { "\(name)/w:\($0)" }.joined(separator: " ")
    let script = """
      read_verilog unit.v; hierarchy -top \(name); proc; expose \(shown);
      read_verilog specification.v; hierarchy -check -top miter; proc; flatten; opt;
      \(question)
      """
    return try Tool.yosys.run(Tool.yosys.program, ["-p", script], in: folder.path)
  }
}

/// `signed [11:0]`, as declarations say it.
func declaration(_ type: Verilog.SignalType) -> String {
  "\(type.isSigned ? "signed " : "")[\(type.bits - 1):0]"
}
