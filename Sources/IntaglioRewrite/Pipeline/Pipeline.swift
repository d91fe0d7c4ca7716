public import IntaglioGraph

/// The laws in the order in which they are tried, and the way from a quantized graph to the proof.
public struct Pipeline: Sendable {
  public struct Options: Sendable, Hashable {
    /// Whether scales along the contraction axis may be absorbed into rounded weights of 8 bits.
    public var absorbContractionScales: Bool
    /// The bits, 2 to 8, of a quantizer behind every softmax that is multiplied without one; `nil` to leave
    /// such multiplications on reals.
    public var softmaxBits: Int?

    public init(absorbContractionScales: Bool = false, softmaxBits: Int? = nil) {
      self.absorbContractionScales = absorbContractionScales
      self.softmaxBits = softmaxBits
    }
  }

  public let rules: [any RewriteRule]
  private let softmaxBits: Int?

  public init(_ options: Options = Options()) {
    softmaxBits = options.softmaxBits
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
      AbsorbFactorIntoNorm(),
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
    let quantized = try softmaxBits.map { bits throws(GraphError) in
      try graph.quantizingSoftmaxes(bits: bits)
    }
    return try (quantized ?? graph).rewritten(by: rules)
  }
}
