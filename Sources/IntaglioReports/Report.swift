import IntaglioReport

/// What a command found: the same as JSON and as text.
///
/// A report is made from results of the library alone, so that a test, a server or another program can
/// make it without a process. Numbers that are not finite are `null` in JSON.
public protocol Report: Encodable {
  /// For a terminal, without a line's end behind it.
  var text: String { get }
}

/// A report that is a page, too.
public protocol PageReport: Report {
  /// One self-contained HTML file.
  var page: String { get throws }
}

extension Report {
  /// With sorted keys, so that the same report is the same text.
  public var json: String {
    get throws { try JSON.text(self) }
  }
}
