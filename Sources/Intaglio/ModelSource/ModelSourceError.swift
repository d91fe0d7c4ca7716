public import IntaglioImport

/// Why a text names no model, or one that cannot be what is asked of it.
public enum ModelSourceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing behind the colon.
  case noName(text: String)
  /// A word before a colon that means nothing, where no file has that name either.
  case prefix(String, name: String)
  case demo(name: String)
  /// No width that there is behind the colon of an architecture.
  case bits(name: String)
  /// One width behind the colon and another one beside.
  case twoWidths(name: String, other: Int)
  case architecture(ArchitectureError)
  /// Dimensions of an architecture for something else.
  case noArchitecture(name: String, option: String)
  /// Neither a file nor anything else.
  case unknown(name: String)
  /// A folder that is no model folder, and why.
  case folder(path: String, ModelFolderFault)
  /// A file of settings for a model that has its own.
  case configured(name: String, configuration: String)
  /// A record of tensors where a model is asked for.
  case record(name: String)
  /// A model's arithmetic where there is no choice, or none of those to choose from.
  case arithmetic(Arithmetic, name: String, job: String, expected: [Arithmetic])
  /// Two places that ask for different arithmetic.
  case contradiction(String, String)

  public var description: String {
    switch self {
    case .noName(let text): "'\(text)': expected the name of a model, found none"
    case .prefix(let word, let name):
      "\(name): no such file, and '\(word)' is no arithmetic; expected one of \(Arithmetic.list), "
        + "\(ModelSource.recorded), demo or an architecture before the colon"
        + Self.hint(word, Self.prefixes)
    case .demo(let name):
      "\(name): the embedded demo has " + ModelSource.demos.joined(separator: ", ")
    case .bits(let name): "\(name): expected 2 to 8 bits behind the colon"
    case .twoWidths(let name, let other):
      "\(name): expected one width, found \(other) bits beside those behind the colon"
    case .architecture(let error): "\(error)"
    case .noArchitecture(let name, let option):
      "\(option) is for architectures, and \(name) is none of "
        + ViTArchitecture.names.joined(separator: ", ")
    case .unknown(let name):
      "\(name): no such file, and no architecture of that name; known are "
        + (ViTArchitecture.names + ModelSource.demos).joined(separator: ", ")
        + Self.hint(name, Self.names)
    case .folder(let path, let fault): "\(path): \(fault)"
    case .configured(let name, let configuration):
      "\(name) has its own settings, which \(configuration) cannot replace"
    case .record(let name):
      "\(name): a record of tensors has no program; 'intaglio compare' takes it as one side"
    case .arithmetic(let arithmetic, let name, let job, let expected):
      "\(name): \(job), so '\(arithmetic.rawValue)' has no meaning here; "
        + (expected.isEmpty
          ? "leave it out" : "expected " + expected.map(\.rawValue).joined(separator: " or "))
    case .contradiction(let one, let other):
      "\(one) and \(other) ask for different arithmetic; leave one of them out"
    }
  }

  /// What may stand before a colon, with what it is called now.
  private static let prefixes =
    ["float": "float32", "reference": "float32"].map { ($0.key, $0.value) }
    + (Arithmetic.allCases.map(\.rawValue) + [ModelSource.recorded, "demo"]
    + ViTArchitecture.names).map { ($0, $0) }

  private static let names = (ViTArchitecture.names + ModelSource.demos).map { ($0, $0) }

  /// The nearest of `words`, where one is near.
  private static func hint(_ found: String, _ words: [(String, String)]) -> String {
    let near = words.map { ($0.1, distance($0.0, found)) }.min { $0.1 < $1.1 }
    guard let (name, distance) = near, distance <= max(1, found.count / 3) else { return "" }
    return "; did you mean '\(name)'?"
  }

  /// How many characters must be put in, taken out, replaced or exchanged with the next (optimal string
  /// alignment).
  private static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b.prefix(64)))
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var least = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          least = min(least, rows[i - 1][j - 1] + 1)
        }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
