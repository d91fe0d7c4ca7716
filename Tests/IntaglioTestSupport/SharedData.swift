import Foundation
import Testing

/// The data that lies beside the project and is never part of it.
public enum SharedData {
  /// The path of something in the shared folder, or `nil` where that folder is absent.
  ///
  /// The folder is `$INTAGLIO_SHARED`, or `../shared` beside the package. Where
  /// `INTAGLIO_REQUIRE_SHARED` is 1 its absence fails the test instead of skipping it.
  public static func path(_ name: String) -> String? {
    let path = "\(root)/\(name)"
    if FileManager.default.fileExists(atPath: path) { return path }
    if environment["INTAGLIO_REQUIRE_SHARED"] == "1" {
      Issue.record("\(path) is absent, and INTAGLIO_REQUIRE_SHARED=1")
    }
    return nil
  }

  /// Whether tests that need the folder shall run: it is there, or its absence is a failure.
  public static var isWanted: Bool {
    FileManager.default.fileExists(atPath: root) || environment["INTAGLIO_REQUIRE_SHARED"] == "1"
  }

  /// How many items of a set of `count` a test shall try: all where `INTAGLIO_FULL` is 1, as many
  /// as `INTAGLIO_LIMIT` says, otherwise `few`.
  public static func limit(few: Int, of count: Int) -> Int {
    if environment["INTAGLIO_FULL"] == "1" { return count }
    return min(environment["INTAGLIO_LIMIT"].flatMap(Int.init) ?? few, count)
  }

  private static var environment: [String: String] { ProcessInfo.processInfo.environment }

  private static var root: String {
    if let root = environment["INTAGLIO_SHARED"] { return root }
    let package = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return package.deletingLastPathComponent().appendingPathComponent("shared").path
  }
}
