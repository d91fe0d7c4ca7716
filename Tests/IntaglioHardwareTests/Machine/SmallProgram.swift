import Intaglio
import IntaglioDemo
import IntaglioGraph
import IntaglioHardware
import IntaglioImport
import IntaglioRewrite
import Testing

/// Integer-only programs that are small enough to simulate.
enum SmallProgram {
  /// One block of 5 tokens and 64 channels with weights from a seed.
  static func architecture(bits: Int, depth: Int = 1) throws -> Program {
    let architecture = try ViTArchitecture(
      named: "vit-t",
      bits: bits,
      imageSize: 32,
      depth: depth,
      width: 64
    )
    return try Program(
      architecture,
      ProgramOptions(nonlinear: .integer(IntegerOnlyOptions())),
      threads: 2
    )
  }

  /// The demo's model of that width.
  static func demo(bits: Int) throws -> Program {
    try Program(
      Model(contentsOf: DemoModel.path(bits: bits)),
      ProgramOptions(nonlinear: .integer(IntegerOnlyOptions()))
    )
  }

  /// Inputs of noise.
  static func samples(_ program: Program, _ count: Int) -> [[Float]] {
    let graph = program.model.graph
    let size = graph.inputs.first.map { graph.type(of: $0).count } ?? 0
    return (0..<count).map { RandomImages.draw(1, size: size, seed: UInt64($0) + 1) }
  }
}

/// A part of a program, and what the oracle knows of it for one sample.
struct PartOfProgram {
  let module: HardwareModule
  let graph: Graph
  let inputs: [Value: [Int]]
  let outputs: [Value: [Int]]

  init(_ program: Program, _ part: HardwarePart, tile: Int, sample: [Float]) throws {
    module = try HardwareModule(program, part: part, tile: tile)
    graph = program.model.graph
    let oracle = try Oracle<Double>(graph)
    let name = try #require(
      graph.inputs.first.flatMap { value -> String? in
        if case .input(let name, _) = program.model.graph[value].operation { name } else { nil }
      }
    )
    let ports = (module.panels.inputs, module.panels.outputs)
    let kept = try oracle.run(
      [name: .real(sample.map(Double.init))],
      keeping: Set((ports.0 + ports.1).map(\.value))
    ).kept
    func elements(_ ports: [PanelProgram.Port]) throws -> [Value: [Int]] {
      var elements: [Value: [Int]] = [:]
      for port in ports { elements[port.value] = try #require(kept[port.value]?.integers) }
      return elements
    }
    inputs = try elements(ports.0)
    outputs = try elements(ports.1)
  }

  /// How many numbers of the panels `memory` are not the oracle's, and how many are compared.
  func mismatches(_ memory: [[Int]]) -> (wrong: Int, compared: Int) {
    var (wrong, compared) = (0, 0)
    for port in module.panels.outputs {
      for (position, number) in module.panels.elements(of: port, in: memory) {
        compared += 1
        if outputs[port.value]?[position] != number { wrong += 1 }
      }
    }
    return (wrong, compared)
  }
}
