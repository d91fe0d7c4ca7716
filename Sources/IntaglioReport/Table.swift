/// Rows under headings, as aligned text for a terminal or as HTML.
public struct Table: Sendable {
  public enum Alignment: Sendable { case left, right }

  public struct Column: Sendable {
    public let heading: String
    public let alignment: Alignment

    public init(_ heading: String, _ alignment: Alignment = .left) {
      self.heading = heading
      self.alignment = alignment
    }
  }

  public let columns: [Column]
  public private(set) var rows: [[String]] = []

  public init(_ columns: [Column]) { self.columns = columns }

  /// - Precondition: `row` has one cell per column.
  public mutating func append(_ row: [String]) {
    precondition(row.count == columns.count, "\(row.count) cells for \(columns.count) columns")
    rows.append(row)
  }

  /// Columns padded to one width, two spaces between them, no trailing spaces; a row is one line,
  /// whatever its cells hold.
  public var text: String {
    let lines = ([columns.map(\.heading)] + rows).map { $0.map { $0.printable() } }
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      let cells = columns.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - line[column].count)
        return switch columns[column].alignment {
        case .left: line[column] + padding
        case .right: padding + line[column]
        }
      }
      let joined = cells.joined(separator: "  ")
      return String(joined.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  var html: String {
    let heading = columns.map { "<th\($0.alignment.attribute)>\(HTML.escape($0.heading))</th>" }
    let body = rows.map { row in
      let cells = zip(columns, row).map { "<td\($0.alignment.attribute)>\(HTML.escape($1))</td>" }
      return "<tr>\(cells.joined())</tr>"
    }
    return """
      <table>
      <thead><tr>\(heading.joined())</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody>
      </table>
      """
  }
}

extension Table.Alignment {
  fileprivate var attribute: String {
    switch self {
    case .left: ""
    case .right: " class=\"number\""
    }
  }
}
