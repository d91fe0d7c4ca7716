import ArgumentParser
import IntaglioImport

/// The extents and widths of an architecture.
struct ArchitectureOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Bits of weights and activations in an architecture's blocks, 2 to 8. (default: 8)"
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

  /// Refuses extents that do not fit, and extents for a file, which has its own.
  func validate(for model: String) throws {
    if ViTArchitecture.isName(model) {
      do {
        _ = try named(model)
      } catch {
        throw ValidationError("\(error)")
      }
    } else if let option = given {
      let known = ViTArchitecture.names.joined(separator: ", ")
      throw ValidationError("\(option) is for architectures, and \(model) is none of \(known)")
    }
  }

  /// The architecture `name`; `nil` when it is the name of a file.
  func named(_ name: String) throws(ArchitectureError) -> ViTArchitecture? {
    guard ViTArchitecture.isName(name) else { return nil }
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
