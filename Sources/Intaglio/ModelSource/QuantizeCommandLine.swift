/// The command that quantizes a float model, as a shell takes it.
public struct QuantizeCommandLine: Hashable, Sendable, CustomStringConvertible {
  /// The model as its user named it.
  public var model: String
  /// The options that were given for reading it.
  public var configuration: String?
  public var logits: String?
  /// The folder of calibration images; a word in its place where none was given.
  public var calibration: String?
  /// The file to write; a word in its place where none was given.
  public var output: String?

  public init(model: String, calibration: String? = nil, output: String? = nil) {
    (self.model, self.calibration, self.output) = (model, calibration, output)
  }

  public var description: String {
    var words = ["intaglio", "quantize", Self.quoted(model)]
    if let configuration { words += ["--config", Self.quoted(configuration)] }
    if let logits { words += ["--logits", Self.quoted(logits)] }
    words += ["--calibration", calibration.map(Self.quoted) ?? "IMAGES"]
    words += ["--weights", "8", "--activations", "8", "-o"]
    words.append(output.map(Self.quoted) ?? "OUT.intaglio")
    return words.joined(separator: " ")
  }

  /// `word` as a POSIX shell reads it back: as it is where nothing in it has a meaning, else in quotes.
  static func quoted(_ word: String) -> String {
    // What begins with a dash would be an option.
    let word = word.hasPrefix("-") ? "./" + word : word
    let plain = word.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0)
        || "/._-+,:@%=".unicodeScalars.contains($0)
    }
    guard !plain || word.isEmpty else { return word }
    return "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
