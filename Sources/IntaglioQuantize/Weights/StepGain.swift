public import IntaglioGraph

/// What one step of finding a layer's weights gave on samples held out from it.
public struct StepGain: Sendable, Hashable {
  public let layer: String
  public let step: QuantizeOptions.Method
  /// The error of the layer's sums with the step as a part of the error without it.
  public let ratio: Double

  /// Whether the layer has the step: where it makes the error clearly larger, it is left out.
  public var isKept: Bool { ratio <= Self.harm }

  /// Where harm begins: on a fifth of the images smaller differences are chance.
  static let harm = 1.05
}

/// A float model as a graph with quantizers and codes.
public struct Quantization: Sendable {
  public let graph: Graph
  /// What the graph was written from.
  package let decisions: Decisions
  /// What the steps gave, layer by layer; none with too few samples to hold some out.
  public let gains: [StepGain]
}
