public import IntaglioData
public import IntaglioGraph

/// Why a program could not be written, or a written one not be read.
///
/// Reads like a compiler's message: where, what, expected, found.
public enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file cannot be read or written, or breaks the rules of its container.
  case data(DataError)
  /// A file of numbers that holds no program.
  case notPacked(file: String)
  /// A layout from a later version of Intaglio.
  case newerVersion(file: String, found: Int, newest: Int)
  /// A part is not what was written: CRC-32 or XXH3 in base 16.
  case checksum(file: String, part: String, expected: String, found: String)
  /// The program contradicts its layout or itself. `place` names the node or the metadata.
  case malformed(file: String, place: String, expected: String, found: String)
  /// A node whose operands do not fit its operation.
  case graph(file: String, GraphError)
  /// A node that the ONNX standard has no form for.
  case noONNXForm(node: String, what: String, advice: String)
  /// A node that the C file has no form for.
  case noCForm(node: String, what: String, advice: String)
  /// A node whose exact form does not fit integers of 64 bits.
  case noExactForm(node: String, what: String, advice: String)

  public var description: String {
    switch self {
    case .data(let error):
      "\(error)"
    case .notPacked(let file):
      "\(file): expected a packed model (metadata '\(PackedFormat.versionKey)'), found another "
        + "safetensors file; if it is a checkpoint, integerize it first"
    case .newerVersion(let file, let found, let newest):
      "\(file): its layout is version \(found), and this Intaglio reads up to \(newest); update "
        + "Intaglio, or write the file again with this version"
    case .checksum(let file, let part, let expected, let found):
      "\(file): damaged: \(part): its checksum is \(expected), its content has \(found); copy it "
        + "again, or write it again with 'intaglio integerize' or 'intaglio pack'"
    case .malformed(let file, let place, let expected, let found):
      "\(file): \(place): expected \(expected), found \(found)"
    case .graph(let file, let error):
      "\(file): \(error)"
    case .noONNXForm(let node, let what, let advice):
      "node \(node): \(what) has no form in ONNX: \(advice)"
    case .noCForm(let node, let what, let advice):
      "node \(node): \(what) has no form in the C file: \(advice)"
    case .noExactForm(let node, let what, let advice):
      "node \(node): \(what) has no exact form in integers of 64 bits: \(advice)"
    }
  }
}
