import Foundation
import Intaglio
import IntaglioGraph
import IntaglioImport
import IntaglioRuntime

/// What is timed: the program of a file or of an architecture.
struct BenchSubject {
  let name: String
  /// `nil` where the plan of a file is all that was read.
  let program: Program?
  /// The plan of a file that has one for this machine.
  let planned: PlannedModel?
  /// What reading and making the program took.
  let seconds: Double

  /// - Parameters:
  ///   - model: a file or the name of an architecture.
  ///   - architecture: extents and widths of the latter.
  ///   - config: what the weights of a file cannot tell.
  ///   - reordering: how the model becomes a program.
  ///   - isa: no kernel beyond this instruction set is used.
  ///   - threads: for calibration.
  /// - Throws: `ArchitectureError` for a name that is neither; what making the program throws.
  init(
    _ model: String,
    _ architecture: ArchitectureOptions,
    config: String?,
    _ reordering: ReorderingOptions,
    isa: InstructionSet,
    threads: Int
  ) throws {
    let start = ContinuousClock.now
    if let architecture = try architecture.named(model) {
      StandardError.show("making \(architecture.title) …")
      let options = reordering.options(otherwise: .integer)
      program = try Program(architecture, options, threads: threads)
      StandardError.show(nil)
      name = architecture.title
      planned = nil
    } else {
      guard FileManager.default.fileExists(atPath: model) else {
        throw ArchitectureError.unknown(name: model)
      }
      let file = try ModelFile(path: model)
      planned =
        config == nil && reordering.isDefault
        ? try PlannedModel(file, kernels: KernelTable(limit: isa)) : nil
      if let planned {
        program = nil
        name = planned.description.name
      } else {
        let model = try Model(file, configuration: config)
        program = try reordering.program(model, threads: threads)
        name = model.description.name
      }
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
