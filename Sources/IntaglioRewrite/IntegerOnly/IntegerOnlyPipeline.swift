public import IntaglioGraph

/// The way from a program with float nonlinearities to one with nothing but integers.
public struct IntegerOnlyPipeline: Sendable {
  public struct Options: Sendable, Hashable {
    /// How codes behind a LayerNorm are decided.
    public var norms: NormArithmetic
    public var exponential: IntegerSoftmax.Exponential
    /// The bits of a code up to which a function becomes breakpoints; wider ones become a lookup.
    public var widestThresholds: Int
    /// The bits of a lookup's index, 8 to 16.
    public var indexBits: Int

    public init(
      norms: NormArithmetic = .exact,
      exponential: IntegerSoftmax.Exponential = .base2(fractionBits: 8, tableBits: 16),
      widestThresholds: Int = 5,
      indexBits: Int = 16
    ) {
      self.norms = norms
      self.exponential = exponential
      self.widestThresholds = widestThresholds
      self.indexBits = indexBits
    }
  }

  public let rules: [any RewriteRule]

  public init(_ options: Options = Options()) {
    rules =
      [
        FoldEmptyValues(),
        MoveQuantizePastConcat(),
        MoveDequantizePastMean(),
        MoveDequantizePastSum(),
        AbsorbBiasIntoDequantize(takesHeads: true),
        AbsorbSumIntoScaledSum(),
        ReplaceLayerNormByComparisons(options.norms),
        ReplaceSoftmaxByIntegers(options.exponential),
        ReplaceRowExponentialByIntegers(),
        AbsorbLookupIntoRowThresholds(),
        AbsorbLookupIntoThresholds(),
        ReplaceQuotientByIntegers(),
        AbsorbFunctionIntoLookup(),
        AbsorbFactorIntoQuantize(),
        AbsorbFunctionIntoThresholds(
          widestThresholds: options.widestThresholds,
          indexBits: options.indexBits
        ),
      ] + Pipeline().rules + [MoveQuantizePastLayout()]
  }

  /// What is a table of codes already, whatever the streams: taken away before their places are chosen, so
  /// that none stands within.
  public static let preparation: [any RewriteRule] =
    [ReplaceInfinityByNumber(), AbsorbFunctionIntoLookup(), AbsorbFactorIntoQuantize()]
    + Pipeline().rules + [MoveQuantizePastLayout()]

  /// Puts the real parts of a program whose scales have been moved on integers.
  ///
  /// - Parameters:
  ///   - graph: what `Pipeline` left.
  ///   - streams: the format of every one of `StreamPoints(graph)`.
  /// - Returns: the program; `IntegerOnlyGraph` proves it.
  /// - Throws: `GraphError` when a format does not fit its value, or a law is defective.
  public func apply(
    to graph: Graph,
    streams: [Value: StreamFormat]
  ) throws(GraphError) -> Graph {
    try graph.placingStreams(streams).rewritten(by: rules)
  }
}
