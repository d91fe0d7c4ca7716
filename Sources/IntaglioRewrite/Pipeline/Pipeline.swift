public import IntaglioGraph

/// The laws in the order in which they are tried, and the way from a quantized graph to the proof.
public struct Pipeline: Sendable {
  public struct Options: Sendable, Hashable {
    /// Whether scales along the contraction axis may be absorbed into rounded weights of 8 bits.
    public var absorbContractionScales: Bool
    /// The bits, 2 to 8, of a quantizer behind every softmax that is multiplied without one; `nil` to leave
    /// such multiplications on reals.
    public var softmaxBits: Int?
    /// Whether norms in pieces become one operation each, without the quantizers between the pieces.
    public var fusesNorms: Bool

    public init(
      absorbContractionScales: Bool = false,
      softmaxBits: Int? = nil,
      fusesNorms: Bool = false
    ) {
      self.absorbContractionScales = absorbContractionScales
      self.softmaxBits = softmaxBits
      self.fusesNorms = fusesNorms
    }
  }

  public let rules: [any RewriteRule]
  private let softmaxBits: Int?
  private let fusesNorms: Bool

  public init(_ options: Options = Options()) {
    softmaxBits = options.softmaxBits
    fusesNorms = options.fusesNorms
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
    var graph = graph
    if fusesNorms { graph = try graph.fusingNorms() }
    if let softmaxBits { graph = try graph.quantizingSoftmaxes(bits: softmaxBits) }
    return try graph.rewritten(by: rules)
  }
}
