import ArgumentParser
import Intaglio

/// How the scales are moved.
struct ReorderingOptions: ParsableArguments {
  @Flag(
    help: """
      Absorb scales that vary along the contraction axis into weights re-expressed in at most \
      8 bits. Bounded, not exact; the bound is stated per layer.
      """
  )
  var absorbScales = false

  @Option(
    parsing: .unconditional,
    help: """
      Quantize every softmax that goes into a multiplication without a quantizer, to so many bits, 2 to 8: \
      steps of 1/255 for 8. This changes the model; 'intaglio compare' says how much.
      """
  )
  var quantizeSoftmax: Int?

  @Flag(
    help: """
      Make one operation of every LayerNorm or RMSNorm that is written in pieces, and drop the quantizers \
      between the pieces. This changes the model; 'intaglio compare' says how much.
      """
  )
  var fuseNorms = false

  func validate() throws { try Limits.check("--quantize-softmax", quantizeSoftmax, in: 2...8) }

  /// Whether any of this was asked for.
  var isGiven: Bool { absorbScales || quantizeSoftmax != nil || fuseNorms }

  var pipeline: Pipeline.Options {
    Pipeline.Options(
      absorbContractionScales: absorbScales,
      softmaxBits: quantizeSoftmax,
      fusesNorms: fuseNorms
    )
  }

  /// What becomes another model than `source`, a sentence each.
  func notes(_ source: Model) -> [String] {
    guard fuseNorms else { return [] }
    let count = source.graph.normsInPieces.count
    return [
      "--fuse-norms: \(count) norm\(count == 1 ? "" : "s") in pieces became one operation each, without the "
        + "quantizers between the pieces; this changes the model, and 'intaglio compare' says how much"
    ]
  }
}
