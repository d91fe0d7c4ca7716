import Intaglio
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import Testing

/// How often each code of a quantizer occurs on some images.
struct CodeSpread {
  let name: String
  let type: IntegerType
  private(set) var counts: [Int: Int] = [:]

  var total: Int { counts.values.reduce(0, +) }
  /// The share of the commonest code.
  var commonest: Double { Double(counts.values.max() ?? 0) / Double(total) }
  /// The share of the codes at an end where the quantizer clips; the least unsigned one is zero.
  var clipped: Double {
    let ends = [type.range.upperBound] + (type.isSigned ? [type.range.lowerBound] : [])
    return Double(ends.reduce(0) { $0 + (counts[$1] ?? 0) }) / Double(total)
  }
  /// How many of the type's codes occur.
  var used: Int { counts.count }

  /// The quantizers of an architecture with float nonlinearities, in the order of computation.
  static func measure(_ architecture: ViTArchitecture, seed: UInt64) throws -> [CodeSpread] {
    let program = try Integerization(of: try Model(architecture, seed: seed))
    let graph = program.model.graph
    var spreads: [Value: CodeSpread] = [:]
    for value in graph.live {
      switch graph[value].operation {
      case .quantize, .requantize:
        guard let type = graph.type(of: value).integer else { continue }
        spreads[value] = CodeSpread(name: graph.label(of: value), type: type)
      case .input, .constant, .layout, .concat, .matmul, .convolution, .add, .subtract, .multiply,
        .sum, .divide, .mean, .function, .softmax, .rowExponential, .layerNorm, .rmsNorm,
        .dequantize, .integer:
        continue
      }
    }
    let plan = try Plan(
      try #require(program.proof),
      options: PlanOptions(observable: Set(spreads.keys))
    )
    let image = RandomImages.draw(1, size: architecture.inputCount, seed: ~seed)
    _ = try Executor(plan).run(image) { value, contents in
      guard case .integer(let codes) = contents else { return nil }
      for code in codes { spreads[value]?.counts[code, default: 0] += 1 }
      return nil
    }
    return spreads.sorted { $0.key < $1.key }.map(\.value)
  }
}
