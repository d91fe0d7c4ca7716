import Foundation

/// What a target imports of this package, and what `Package.swift` declares.
public struct TargetImports {
  public let target: String
  /// The modules of this package that its files import.
  public let imported: Set<String>
  /// The modules of this package that it depends on.
  public let declared: Set<String>

  /// Every target with a folder in `Sources` or `Tests`.
  public static func all() throws -> [TargetImports] {
    let dependencies = try dependencies()
    let names = Set(dependencies.keys)
    return try dependencies.sorted { $0.key < $1.key }.compactMap { target, declared in
      let roots = ["Sources", "Tests"].map { "\(PackageFolder.path)/\($0)/\(target)" }
      guard let root = roots.first(where: FileManager.default.fileExists) else { return nil }
      let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
      var imported: Set<String> = []
      for path in paths where path.hasSuffix(".swift") {
        let text = try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
        imported.formUnion(modules(importedBy: text))
      }
      return TargetImports(
        target: target,
        imported: imported.intersection(names),
        declared: declared.intersection(names)
      )
    }
  }

  private static func modules(importedBy text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
        words[..<place].allSatisfy({ $0.hasPrefix("@") || ["public", "package"].contains($0) })
      else { return nil }
      // Of `import struct Module.Type`, too.
      return words.last.map { String($0.prefix { $0 != "." }) }
    }
  }

  /// What every target of the manifest depends on, by the names in quotation marks that follow its own.
  ///
  /// A target's own name follows `library(`, `tests(` or `name:`; what stands in the first brackets behind
  /// it are its dependencies.
  private static func dependencies() throws -> [String: Set<String>] {
    let manifest = try PackageFolder.text("Package.swift")
    guard let targets = manifest.range(of: "\n  targets: [") else { return [:] }
    var found: [String: Set<String>] = [:]
    // A part for each target: from its kind to the next one.
    let kinds = /(?:library|tests|\.target|\.executableTarget|\.systemLibrary)\(/
    for part in manifest[targets.upperBound...].split(separator: kinds).dropFirst() {
      let pieces = part.split(separator: "\"", omittingEmptySubsequences: false)
      guard pieces.count > 1 else { continue }
      let rest = part.drop { $0 != "[" }.prefix { $0 != "]" }
      let names = rest.split(separator: "\"", omittingEmptySubsequences: false)
      found[String(pieces[1])] = Set(
        names.enumerated().compactMap { $0 % 2 == 1 ? String($1) : nil }
      )
    }
    return found
  }
}
