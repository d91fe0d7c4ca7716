import Foundation
public import Testing

/// A text that was recorded in `Tests/Golden`, with which what is made now is compared.
public enum GoldenText {
  /// Compares `text` with the file `name`; with `INTAGLIO_RECORD=1` writes it there instead.
  ///
  /// - Parameters:
  ///   - text: what was made.
  ///   - name: a path in `Tests/Golden`.
  ///   - sourceLocation: what a failure is laid to.
  /// - Throws: what writing the file throws.
  public static func expect(
    _ text: String,
    is name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let url = URL(fileURLWithPath: "\(PackageFolder.path)/Tests/Golden/\(name)")
    if ProcessInfo.processInfo.environment["INTAGLIO_RECORD"] == "1" {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try text.write(to: url, atomically: true, encoding: .utf8)
      return
    }
    let recorded = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    guard text != recorded else { return }
    let (found, expected) = (lines(text), lines(recorded))
    let line = zip(found, expected).prefix { $0 == $1 }.count
    Issue.record(
      """
      \(name), line \(line + 1): found '\(line < found.count ? found[line] : "nothing")', \
      recorded '\(line < expected.count ? expected[line] : "nothing")'; if that is meant, record it \
      with INTAGLIO_RECORD=1
      """,
      sourceLocation: sourceLocation
    )
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }
}
