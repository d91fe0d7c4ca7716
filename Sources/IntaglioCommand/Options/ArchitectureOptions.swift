import ArgumentParser
import Intaglio

/// The dimensions and widths of an architecture.
struct ArchitectureOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help:
      "Bits of weights and activations in an architecture's blocks, 2 to 8, as behind its colon. (default: 8)"
  )
  var bits: Int?

  @Option(
    parsing: .unconditional,
    help: "Height and width of an architecture's image, a multiple of 16. (default: 224)"
  )
  var imageSize: Int?

  @Option(
    parsing: .unconditional,
    help: "How many blocks instead of the architecture's own number."
  )
  var depth: Int?

  @Option(
    parsing: .unconditional,
    help: "Numbers per token instead of the architecture's own, a multiple of 64."
  )
  var width: Int?

  var dimensions: ArchitectureDimensions {
    ArchitectureDimensions(bits: bits, imageSize: imageSize, depth: depth, width: width)
  }
}
