import BigInt
import IntaglioHardware
import IntaglioTestSupport
import Testing

/// The bits of numbers as ports carry them.
func pattern(_ value: Int, _ type: Verilog.SignalType) -> BigUInt {
  var word = Verilog.PackedWord()
  word.append(value, type)
  return word.pattern
}

/// Traces that are played side by side, and what their modules load.
struct Play {
  var traces: [Trace]
  var images: [Verilog.MemoryImage] = []

  /// Plays all and expects that everything known agrees.
  @discardableResult
  func expectAgreement(in simulator: Simulator) throws -> [TraceResult] {
    let folder = try TemporaryFolder()
    let results = try simulator.run(TraceBench(traces), images: images, in: folder.path)
    for (trace, result) in zip(traces, results) {
      result.expectAgreement(with: trace, trace.module.name)
    }
    return results
  }

  /// All of `plays` as one.
  static func all(_ plays: [Play]) -> Play {
    let images = Dictionary(
      plays.flatMap(\.images).map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    return Play(
      traces: plays.flatMap(\.traces),
      images: images.values.sorted { $0.name < $1.name }
    )
  }
}

/// Expects that every tool reads the modules without a word.
func expectNoComplaint(
  _ modules: [Verilog.Module],
  images: [Verilog.MemoryImage] = [],
  _ tool: Tool
) throws {
  let folder = try TemporaryFolder()
  for module in modules {
    try Lint.check(try Verilog.Design(module, images: images), with: tool, in: folder.path)
  }
}

/// How many of the known outputs of `trace` a simulation contradicts.
func mismatches(_ trace: Trace, images: [Verilog.MemoryImage] = []) throws -> Int {
  let folder = try TemporaryFolder()
  let results = try Simulator.icarus.run(TraceBench([trace]), images: images, in: folder.path)
  return results.reduce(0) { $0 + $1.mismatched }
}
