import Intaglio
import IntaglioGraph
import IntaglioRuntime

/// What is timed: the program of a model.
struct BenchSubject {
  let name: String
  /// `nil` where the plan of a file is all that was read.
  let program: Program?
  /// The plan of a file that has one for this machine.
  let planned: PlannedModel?
  /// What reading and making the program took.
  let seconds: Double

  /// - Parameters:
  ///   - arguments: the model, and how it becomes a program.
  ///   - isa: no kernel beyond this instruction set is used.
  /// - Throws: what opening the model and making the program throw.
  init(_ arguments: ProgramArguments, isa: InstructionSet) throws {
    let start = ContinuousClock.now
    let opened = try arguments.open()
    planned = try arguments.plan(opened, kernels: KernelTable(limit: isa))
    if let planned {
      program = nil
      name = planned.description.name
    } else {
      let isBuiltIn = opened.source.isBuiltIn
      if isBuiltIn { StandardError.show("making \(opened.source.name) …") }
      let made = try arguments.make(opened, otherwise: isBuiltIn ? .integerOnly : .integer)
      if isBuiltIn { StandardError.show(nil) }
      program = made
      name = made.model.description.name
    }
    let elapsed = (ContinuousClock.now - start).components
    seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }

  /// The widths of all operands of the multiplications, the narrowest first.
  var bits: [Int] {
    guard let program else { return planned?.plan.weightWidths ?? [] }
    let types = program.coverage.entries.flatMap { [$0.left, $0.right] }
    return Set(types.compactMap { $0?.bits }).sorted()
  }
}
