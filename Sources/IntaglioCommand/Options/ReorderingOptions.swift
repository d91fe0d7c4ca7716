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

  func validate() throws { try Limits.check("--quantize-softmax", quantizeSoftmax, in: 2...8) }

  /// Whether any of this was asked for.
  var isGiven: Bool { absorbScales || quantizeSoftmax != nil }

  var pipeline: Pipeline.Options {
    Pipeline.Options(absorbContractionScales: absorbScales, softmaxBits: quantizeSoftmax)
  }
}
