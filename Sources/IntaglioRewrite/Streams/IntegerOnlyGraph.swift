public import IntaglioGraph

/// A program in which nothing but integers stands between integers: a proof, like `IntegerGraph`.
///
/// Real numbers may only come before the first codes (the image as it is quantized) and after the
/// last accumulators (the logits as they are read).
public struct IntegerOnlyGraph: Sendable {
  public let program: IntegerGraph
  public var graph: Graph { program.graph }

  /// - Throws: `IntegerOnlyError` with every real value that integers decide and that decides
  ///   integers.
  public init(verifying program: IntegerGraph) throws(IntegerOnlyError) {
    let graph = program.graph
    let remains = RealRegion(graph).values.filter { value in
      // These follow from the others.
      switch graph[value].operation {
      case .dequantize, .layout: false
      case .input, .constant, .concat, .matmul, .convolution, .add, .subtract, .multiply, .sum,
        .divide, .mean, .function, .softmax, .layerNorm, .rmsNorm, .quantize, .requantize, .integer:
        true
      }
    }
    let readable = remains.isEmpty ? RealRegion(graph).values : remains
    guard readable.isEmpty else {
      throw IntegerOnlyError(
        nodes: readable.map { value in
          IntegerOnlyError.Node(name: graph.label(of: value), reason: graph.reason(for: value))
        }
      )
    }
    self.program = program
  }
}

/// What stays real between integers, and why.
public struct IntegerOnlyError: Error, Hashable, Sendable, CustomStringConvertible {
  public struct Node: Hashable, Sendable {
    public let name: String
    public let reason: String
  }

  public let nodes: [Node]

  public var description: String {
    "\(nodes.count) value\(nodes.count == 1 ? " stays" : "s stay") real between integers:\n"
      + nodes.map { "  \($0.name): \($0.reason)" }.joined(separator: "\n")
  }
}

extension Graph {
  /// Why the real `value` could not become integers, and what would change that.
  fileprivate func reason(for value: Value) -> String {
    switch self[value].operation {
    case .softmax:
      return "softmax needs integer scores of one scale per row and a quantizer of at most 8 bits "
        + "behind it, the same along a row; quantize its result in the model"
    case .layerNorm, .rmsNorm:
      return "\(self[value].operation.name) needs a stream before it, a positive epsilon, constant "
        + "γ and β, and a quantizer behind it; quantize its result in the model"
    case .function(let function):
      return "\(function.name) needs an accumulator of one scale per channel before it and a "
        + "quantizer of at most 8 bits behind it; quantize its result in the model"
    case .multiply, .divide:
      return
        "two computed values are \(self[value].operation.name == "divide" ? "divided" : "multiplied"); only constants can "
        + "join a scale; quantize the operands or replace the gate"
    case .add, .subtract:
      return "a sum of values that are not all dequantized integers of the same extents"
    case .concat:
      return "parts with different scales or types are joined, and no quantizer follows"
    case .mean, .sum:
      return "a mean of values that are no integers of one scale along the axis"
    case .matmul, .convolution:
      return "a multiplication stays on reals"
    case .input, .constant, .layout, .quantize, .dequantize, .requantize, .integer:
      return "no law takes what reads it"
    }
  }
}
