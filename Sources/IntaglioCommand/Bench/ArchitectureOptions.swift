import ArgumentParser
import IntaglioImport

/// The extents and widths of an architecture.
struct ArchitectureOptions: ParsableArguments {
  @Option(help: "Bits of weights and activations in an architecture's blocks, 2 to 8. (default: 8)")
  var bits: Int?

  @Option(help: "Height and width of an architecture's image, a multiple of 16. (default: 224)")
  var imageSize: Int?

  @Option(help: "How many blocks instead of the architecture's own number.")
  var depth: Int?

  @Option(help: "Numbers per token instead of the architecture's own, a multiple of 64.")
  var width: Int?

  /// The architecture `name`; `nil` when it is the name of a file.
  ///
  /// - Throws: `ArchitectureError` for extents that do not fit; `ValidationError` for extents of a
  ///   file, which has its own.
  func named(_ name: String) throws -> ViTArchitecture? {
    guard ViTArchitecture.isName(name) else {
      if let option = given {
        throw ValidationError(
          "\(option) is for architectures, and \(name) is none of "
            + ViTArchitecture.names.joined(separator: ", ")
        )
      }
      return nil
    }
    return try ViTArchitecture(
      named: name,
      bits: bits ?? 8,
      imageSize: imageSize,
      depth: depth,
      width: width
    )
  }

  private var given: String? {
    [("--bits", bits), ("--image-size", imageSize), ("--depth", depth), ("--width", width)]
      .first { $0.1 != nil }?.0
  }
}
