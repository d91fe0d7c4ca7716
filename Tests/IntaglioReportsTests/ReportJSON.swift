import Foundation
import IntaglioReports
import Testing

extension Report {
  /// Its JSON, read again.
  func decoded() throws -> Any { try JSONSerialization.jsonObject(with: Data(json.utf8)) }

  /// Its JSON as an object.
  func object() throws -> [String: Any] { try #require(try decoded() as? [String: Any]) }

  /// Every key of the JSON, sorted: those of inner objects behind a dot, `[]` for an array.
  ///
  /// Whoever reads reports depends on them.
  func keys() throws -> [String] {
    func keys(_ value: Any, _ path: String) -> Set<String> {
      switch value {
      case let object as [String: Any]:
        object.reduce(into: []) { found, entry in
          let path = path.isEmpty ? entry.key : "\(path).\(entry.key)"
          found.formUnion(keys(entry.value, path))
        }
      case let array as [Any]: array.reduce(into: []) { $0.formUnion(keys($1, path + "[]")) }
      default: [path]
      }
    }
    return keys(try decoded(), "").sorted()
  }
}

extension PageReport {
  /// What every page is: one file that needs nothing else.
  func expectPage() throws -> String {
    let page = try page
    #expect(page.hasPrefix("<!doctype html>") && page.contains("</html>"))
    #expect(!page.contains("http") && !page.contains("<script") && !page.contains("\u{1B}"))
    return page
  }
}
