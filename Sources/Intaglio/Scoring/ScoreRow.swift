import Foundation
import IntaglioData
import IntaglioReport

/// How scored images are written: a line for each.
public enum ScoreFormat: String, Sendable, CaseIterable {
  /// An object a line.
  case jsonl
  /// Comma-separated values with a header (RFC 4180).
  case csv

  /// By the end of a file's name; `nil` for another one.
  public init?(path: String) {
    guard let format = Self.allCases.first(where: { path.hasSuffix(".\($0.rawValue)") }) else {
      return nil
    }
    self = format
  }

  /// What stands before the rows, with its line's end.
  var header: String {
    self == .csv ? "image,class,name,probability,logit,error\r\n" : ""
  }

  /// What a row of the image `name` begins with.
  func beginning(_ name: String) throws -> String {
    switch self {
    case .jsonl: "{\"image\":" + (try JSON.line(name)) + ","
    case .csv: Self.field(name) + ","
    }
  }

  /// A row with its line's end.
  func text(_ row: ScoreRow) throws -> String {
    switch self {
    case .jsonl: try beginning(row.image) + JSON.line(row.answer).dropFirst() + "\n"
    case .csv:
      try beginning(row.image)
        + [
          row.answer.class.map(String.init), row.answer.name.map(Self.field),
          row.answer.probability.map { "\($0)" }, row.answer.logit.map { "\($0)" },
          row.answer.error.map(Self.field),
        ]
        .map { $0 ?? "" }.joined(separator: ",") + "\r\n"
    }
  }

  /// A field in quotes where it needs them.
  ///
  /// A line's end within would be two rows for a reader of lines,
  /// so it is written as `\n` or `\r`.
  private static func field(_ text: String) -> String {
    var (field, needsQuotes) = ("", false)
    // By scalars: a mark that combines with a comma does not make it less of a comma.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": field += "\\n"
      case "\r": field += "\\r"
      case "\"":
        field += "\"\""
        needsQuotes = true
      default:
        field.unicodeScalars.append(scalar)
        if scalar == "," { needsQuotes = true }
      }
    }
    return needsQuotes ? "\"" + field + "\"" : field
  }
}

/// The answer for one image, or why there is none.
public struct ScoreRow: Sendable, Equatable {
  /// What stands behind the name of the image.
  public struct Answer: Sendable, Equatable, Encodable {
    public var `class`: Int?
    public var name: String?
    public var probability: Double?
    public var logit: Float?
    public var error: String?
    /// The likeliest classes, the first among them, where more than one was asked for; JSON alone.
    public var classes: [Candidate]?
  }

  /// One of several classes.
  public struct Candidate: Sendable, Equatable, Encodable {
    public let `class`: Int
    public let name: String?
    public let probability: Double
    public let logit: Float
  }

  public let image: String
  public let answer: Answer

  init(image: String, answer: Answer) { (self.image, self.answer) = (image, answer) }

  init(image: String, error: String) {
    self.init(image: image, answer: Answer(error: error))
  }
}
