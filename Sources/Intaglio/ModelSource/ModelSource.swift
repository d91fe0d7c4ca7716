import Foundation
import IntaglioDemo
public import IntaglioImport

/// A model as a command line names it: `[ARITHMETIC:]NAME`.
///
/// NAME is a file of any format, a model folder with its `config.json`, one of the embedded demo's models
/// (`demo:3`), or an architecture whose weights are drawn from a seed (`deit-s:3`, `deit-s`). ARITHMETIC is
/// a word of `Arithmetic`, or `recorded` for a file of tensors that stands for a model. A path with a colon
/// may be written as it is where a file of that name exists, and with `./` before it in any case.
///
///     let source = try ModelSource("integer-only:deit-s:3")
///     let program = try source.open().program(ProgramOptions(nonlinear: .integer(.init())))
public struct ModelSource: Sendable, Hashable, CustomStringConvertible {
  /// What NAME names.
  public enum Place: Sendable, Hashable {
    case file(path: String)
    /// A folder with the model's files in it.
    case folder(path: String)
    case demo(bits: Int)
    case architecture(ViTArchitecture)
    /// A safetensors file of tensors that some program computed.
    case record(path: String)
  }

  /// What it was called, with its arithmetic.
  public let text: String
  /// The arithmetic that the text asks for; `nil` where it asks for none.
  public let arithmetic: Arithmetic?
  public let place: Place

  public var description: String { text }

  /// The text without its arithmetic.
  public var name: String

  /// The demo's models by name, the narrowest first.
  public static let demos = DemoModel.widths.sorted().map { "\(demo):\($0)" }

  /// Parses `text`; opens nothing, but looks whether a file has a name that could mean something else.
  ///
  /// - Parameters:
  ///   - text: `[ARITHMETIC:]NAME`.
  ///   - dimensions: what an architecture has instead of its own dimensions.
  /// - Throws: `ModelSourceError` for a prefix that means nothing, widths that there are not, and dimensions
  ///   that do not fit.
  public init(
    _ text: String,
    dimensions: ArchitectureDimensions = ArchitectureDimensions()
  ) throws(ModelSourceError) {
    self.text = text
    let (word, rest) = Self.split(text)
    if let word, let arithmetic = Arithmetic(word: word) {
      (self.arithmetic, name) = (arithmetic, rest)
      place = try Self.place(rest, dimensions)
    } else if word == Self.recorded {
      (arithmetic, name) = (nil, rest)
      place = .record(path: rest)
    } else {
      (arithmetic, name) = (nil, text)
      place = try Self.place(text, dimensions)
    }
    guard !name.isEmpty else { throw .noName(text: text) }
  }

  /// The word for a file of tensors in the place of a model.
  static let recorded = "recorded"
  private static let demo = "demo"

  /// What stands before and behind the first colon; no word where there is no colon.
  private static func split(_ text: String) -> (word: String?, rest: String) {
    guard let colon = text.firstIndex(of: ":") else { return (nil, text) }
    return (String(text[..<colon]), String(text[text.index(after: colon)...]))
  }

  private static func place(
    _ name: String,
    _ dimensions: ArchitectureDimensions
  ) throws(ModelSourceError) -> Place {
    let (word, rest) = split(name)
    let base = word ?? name
    if ViTArchitecture.isName(base) {
      return .architecture(try architecture(base, bits: word == nil ? nil : rest, dimensions, name))
    }
    if let option = dimensions.given { throw .noArchitecture(name: name, option: option) }
    if base == demo, word != nil {
      guard let bits = Int(rest), DemoModel.widths.contains(bits) else {
        throw .demo(name: name)
      }
      return .demo(bits: bits)
    }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) {
      return isFolder.boolValue ? .folder(path: name) : .file(path: name)
    }
    // A path may have a colon of its own, behind a slash or a dot.
    if let word, !word.contains("/"), !word.contains(".") {
      throw .prefix(word, name: name)
    }
    return .file(path: name)
  }

  private static func architecture(
    _ base: String,
    bits text: String?,
    _ dimensions: ArchitectureDimensions,
    _ name: String
  ) throws(ModelSourceError) -> ViTArchitecture {
    var bits = dimensions.bits
    if let text {
      guard let width = Int(text) else { throw .bits(name: name) }
      if let bits, bits != width { throw .twoWidths(name: name, other: bits) }
      bits = width
    }
    do {
      return try ViTArchitecture(
        named: base,
        bits: bits ?? ArchitectureDimensions.usualBits,
        imageSize: dimensions.imageSize,
        depth: dimensions.depth,
        width: dimensions.width
      )
    } catch {
      if case .bits = error, text != nil { throw .bits(name: name) }
      throw .architecture(error)
    }
  }
}

extension ModelSource {
  /// Whether nobody wrote the model to a file: it is embedded, or its weights are drawn.
  public var isBuiltIn: Bool {
    switch place {
    case .demo, .architecture: true
    case .file, .folder, .record: false
    }
  }
}
