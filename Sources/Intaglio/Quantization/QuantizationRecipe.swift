import FoundationEssentials
public import IntaglioData
public import IntaglioQuantize

/// The widths of every layer of a quantized model as a file that can be edited and given back.
public struct QuantizationRecipe: Sendable, Hashable {
  /// By the name of the multiplication.
  public let layers: [String: LayerWidths]

  public init(_ layers: [QuantizedLayer]) {
    self.layers = Dictionary(layers.map { ($0.name, $0.widths) }) { first, _ in first }
  }

  /// - Throws: `DataError` for a file that is no recipe.
  public init(contentsOf path: String) throws(DataError) {
    let file = try MappedFile(path: path)
    let bytes = MappedBytes(file: file, range: 0..<file.count).copy()
    try JSONKeys.requireDistinct(bytes, file: path)
    func malformed(_ found: String) -> DataError {
      .malformed(
        file: path,
        what: "recipe",
        expected: "widths of layers such as {\"layers\": {\"blocks.0.attn.qkv\": {\"weights\": 4, "
          + "\"activations\": 8}}}",
        found: found
      )
    }
    let content: [String: [String: [String: Int]]]
    do {
      content = try JSONDecoder().decode(type(of: content), from: Data(bytes))
    } catch {
      throw malformed((error as? DecodingError)?.place ?? "no JSON")
    }
    guard let layers = content["layers"] else { throw malformed("no 'layers'") }
    if let other = content.keys.sorted().first(where: { $0 != "layers" }) {
      throw malformed("the key '\(other)'")
    }
    var widths: [String: LayerWidths] = [:]
    for (name, numbers) in layers {
      if let other = numbers.keys.sorted().first(where: {
        !["weights", "activations"].contains($0)
      }) {
        throw malformed("the key '\(other)' of '\(name)'")
      }
      guard let activations = numbers["activations"] else {
        throw malformed("no 'activations' of '\(name)'")
      }
      widths[name] = LayerWidths(weights: numbers["weights"], activations: activations)
    }
    self.layers = widths
  }

  /// - Throws: `DataError.unwritable`.
  public func write(to path: String) throws(DataError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(["layers": layers]) else { return }
    try AtomicFile.write(bytes: Array(data) + [UInt8(ascii: "\n")], to: path)
  }
}
