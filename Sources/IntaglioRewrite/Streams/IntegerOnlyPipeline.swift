public import IntaglioGraph

/// The way from a program with float nonlinearities to one with nothing but integers.
public struct IntegerOnlyPipeline: Sendable {
  public struct Options: Sendable, Hashable {
    /// Whether LayerNorm codes are decided by squares; otherwise in fixed point.
    public var hasExactNorms: Bool
    public var exponential: IntegerSoftmax.Exponential

    public init(
      hasExactNorms: Bool = true,
      exponential: IntegerSoftmax.Exponential = .base2(fractionBits: 8, tableBits: 16)
    ) {
      self.hasExactNorms = hasExactNorms
      self.exponential = exponential
    }
  }

  public let rules: [any RewriteRule]

  public init(_ options: Options = Options()) {
    rules =
      [
        MoveQuantizePastConcat(),
        MoveDequantizePastMean(),
        AbsorbSumIntoStream(),
        ReplaceLayerNormByComparisons(isExact: options.hasExactNorms),
        ReplaceSoftmaxByIntegers(options.exponential),
      ] + Pipeline().rules + [MoveQuantizePastLayout()]
  }

  /// `graph`, a program whose scales have been moved, with its real parts on integers.
  ///
  /// - Parameters:
  ///   - graph: what `Pipeline` left.
  ///   - streams: the format of every one of `StreamPoints(graph)`.
  /// - Throws: `GraphError` when a format does not fit its value, or a law is defective.
  public func apply(
    to graph: Graph,
    streams: [Value: StreamFormat]
  ) throws(GraphError) -> Graph {
    try graph.placingStreams(streams).rewritten(by: rules)
  }
}
