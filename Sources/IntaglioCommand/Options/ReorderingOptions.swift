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

  var pipeline: Pipeline.Options { Pipeline.Options(absorbContractionScales: absorbScales) }
}
