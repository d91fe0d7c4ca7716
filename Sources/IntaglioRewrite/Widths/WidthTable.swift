import IntaglioGraph
import IntaglioNumerics

/// What every accumulator, code and intermediate of a program can be, and the width that holds it:
/// what hardware needs to know.
///
/// Proved over all inputs with the actual weights. Moves (layouts, concatenations) and constants
/// have no row.
public struct WidthTable: Sendable, Hashable, Codable {
  /// In the order of computation.
  public let rows: [WidthRow]

  public init(_ program: IntegerGraph) {
    let graph = program.graph
    var ranges = Ranges(graph, seesThroughCodes: true)
    var rows: [WidthRow] = []
    for value in graph.live where graph.type(of: value).isInteger {
      guard graph.type(of: value).count > 0 else { continue }
      rows += Self.rows(of: value, in: graph, &ranges)
    }
    self.rows = rows
  }

  private static func rows(
    of value: Value,
    in graph: Graph,
    _ ranges: inout Ranges
  ) -> [WidthRow] {
    let node = graph[value]
    let result = ranges.range(of: value)
    let operands = node.operands.compactMap { ranges.elements(of: $0) }
    var rows = RowList(node: graph.label(of: value))
    switch node.operation {
    case .constant, .layout, .concat: break
    case .matmul, .sum:
      rows.add(.partialSum, ranges.partialSums(of: value))
      rows.add(.accumulator, result)
    case .add, .subtract, .multiply: rows.add(.correction, result)
    case .input, .quantize, .requantize: rows.add(.code, result)
    case .integer(let function):
      if operands.count == node.operands.count {
        let count = graph.type(of: node.operands[0]).shape.last ?? 1
        rows.add(function, operands, count: count)
      }
      rows.add(.code, result)
    // Real numbers all; a convolution of integers is none of a verified program.
    case .convolution, .divide, .mean, .function, .softmax, .rowExponential, .layerNorm, .rmsNorm,
      .dequantize:
      break
    }
    return rows.rows
  }
}
