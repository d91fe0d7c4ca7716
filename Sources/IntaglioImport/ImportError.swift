public import IntaglioData
public import IntaglioGraph

/// Why a model file could not become a graph.
///
/// Reads like a compiler's message: where, what, expected, found.
public enum ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file is missing, may not be read, or is not of any format that Intaglio knows.
  case unreadable(file: String, reason: String)
  /// The file contradicts its format or itself. `place` names the node or tensor.
  case malformed(file: String, place: String?, expected: String, found: String)
  /// A valid file asks for something that Intaglio does not do; `advice` says how to go on.
  case unsupported(file: String, place: String?, feature: String, advice: String)
  /// Every node whose operator Intaglio does not know, all at once.
  case unknownOperators(file: String, operators: [UnknownOperator], supported: [String])
  /// A setting that the weights cannot tell and no configuration states.
  case missingSetting(file: String, meaning: String, key: String, example: String, place: String)
  /// A file that cannot be read or breaks the rules of its container.
  case data(DataError)
  /// A node whose operands do not fit its operation.
  case graph(file: String, GraphError)

  /// A node whose operator has no meaning here.
  public struct UnknownOperator: Hashable, Sendable {
    public let node: String
    public let name: String
    /// `ai.onnx` for the standard operators.
    public let domain: String

    public init(node: String, name: String, domain: String) {
      self.node = node
      self.name = name
      self.domain = domain
    }
  }

  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): \(reason)"
    case .malformed(let file, let place, let expected, let found):
      "\(file): \(Self.prefix(place))expected \(Self.cut(expected)), found \(Self.cut(found))"
    case .unsupported(let file, let place, let feature, let advice):
      "\(file): \(Self.prefix(place))\(Self.cut(feature)) is not supported; \(advice)"
    case .unknownOperators(let file, let operators, let supported):
      Self.listing(file: file, operators: operators, supported: supported)
    case .missingSetting(let file, let meaning, let key, let example, let place):
      "\(file): the weights do not tell \(meaning); write \"\(key)\": \(example) into \(place)"
    case .data(let error):
      "\(error)"
    case .graph(let file, let error):
      "\(file): \(Self.cut("\(error)", to: 600))"
    }
  }

  private static func prefix(_ place: String?) -> String { place.map { "\(cut($0)): " } ?? "" }

  /// `text`, which may hold names from the file, in one line of a length that can be read.
  private static func cut(_ text: String, to length: Int = 300) -> String {
    let line = String(
      String.UnicodeScalarView(
        text.unicodeScalars.prefix(length + 1).map {
          $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
        }
      )
    )
    return line.unicodeScalars.count > length ? "\(line.prefix(length))…" : line
  }

  private static func listing(
    file: String,
    operators: [UnknownOperator],
    supported: [String]
  ) -> String {
    var lines = operators.prefix(20).map {
      "  \(cut($0.name)) of \(cut($0.domain)) at node \(cut($0.node))"
    }
    if operators.count > lines.count { lines.append("  and \(operators.count - lines.count) more") }
    return """
      \(file): \(operators.count) node\(operators.count == 1 ? " has an" : "s have") unknown \
      operator\(operators.count == 1 ? "" : "s"):
      \(lines.joined(separator: "\n"))
      Supported are \(supported.joined(separator: ", ")).
      """
  }
}

extension ImportError {
  /// What `body` returns; its `DataError` as an `ImportError`.
  static func reading<Result>(
    _ body: () throws(DataError) -> Result
  ) throws(ImportError) -> Result {
    do {
      return try body()
    } catch {
      throw .data(error)
    }
  }
}
