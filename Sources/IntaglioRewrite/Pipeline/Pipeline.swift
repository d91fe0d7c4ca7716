public import IntaglioGraph

/// The laws in the order in which they are tried, and the way from a quantized graph to the proof.
public struct Pipeline: Sendable {
  public struct Options: Sendable, Hashable {
    /// Whether scales along the contraction axis may be absorbed into rounded weights of 8 bits.
    public var absorbContractionScales: Bool

    public init(absorbContractionScales: Bool = false) {
      self.absorbContractionScales = absorbContractionScales
    }
  }

  public let rules: [any RewriteRule]

  public init(_ options: Options = Options()) {
    rules = [
      FoldEmptyValues(),
      LowerPatchEmbeddingToMatmul(),
      LowerConvolutionToMatmul(),
      MoveSlicePastLayerNorm(),
      FoldConstantLayout(),
      FoldIntegerConstants(),
      CollapseRepeatedQuantization(),
      MoveDequantizePastLayout(),
      MoveDequantizePastConcat(),
      MoveDequantizePastMatmul(),
      AbsorbContractionScaleIntoWeights(allowingBounds: options.absorbContractionScales),
      MoveDequantizePastAdd(),
      AbsorbBiasIntoDequantize(),
      AbsorbFactorIntoDequantize(),
      AbsorbOffsetIntoZeroPoint(),
      AbsorbScalesIntoRequantize(),
      MoveSumOfProductsPastAdd(),
    ]
  }

  /// What brings a float graph into the form that quantizers are chosen for: constants as they are used,
  /// convolutions inside the network as multiplications, weights on the right.
  public static let preparation: [any RewriteRule] = [
    FoldEmptyValues(), LowerPatchEmbeddingToMatmul(keepingFirst: true), MoveConstantFactorRight(),
    JoinAddedScores(), FoldConstantLayout(),
  ]

  /// `graph` with every scale moved as far as the laws carry it.
  ///
  /// - Throws: `GraphError` when a law builds a node that does not type-check: a defect of the law.
  public func apply(to graph: Graph) throws(GraphError) -> Graph {
    try graph.rewritten(by: rules)
  }
}
