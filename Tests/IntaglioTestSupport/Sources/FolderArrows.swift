import Foundation

/// Which folders of a target name what others declare.
///
/// Only names are compared: a type that stands in no other one, a function beside types, and what an
/// extension adds to a type of another folder, where nothing else in the target has that name.
public struct FolderArrows {
  /// One name that a file uses against the order.
  public struct Arrow: Hashable, CustomStringConvertible {
    public let file: String
    public let name: String
    /// The folder that declares it.
    public let folder: String

    public var description: String { "\(file) uses \(name) of \(folder)" }
  }

  private let files: [SourceFile]

  /// - Parameter target: a folder in `Sources`.
  /// - Throws: what reading a file throws.
  public init(target: String) throws {
    let root = "\(PackageFolder.path)/Sources/\(target)"
    let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    files = try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      SourceFile(path: path, text: try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8))
    }
  }

  /// Files that are given as they stand.
  public init(files: [(path: String, text: String)]) {
    self.files = files.map { SourceFile(path: $0.path, text: $0.text) }
  }

  /// The folders with Swift files; `.` is that of the target itself.
  public var folders: Set<String> { Set(files.map(\.folder)) }

  /// Every use of a name that a later folder declares.
  ///
  /// - Parameter order: every folder, each using only those before it.
  /// - Returns: arrows in the order of files and names; one for each file whose folder has no place.
  public func turned(in order: [String]) -> [Arrow] {
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    let homes = homes
    return files.flatMap { file in
      guard let place = places[file.folder] else {
        return [Arrow(file: file.path, name: "a folder", folder: "no order")]
      }
      func arrows(_ names: Set<String>, _ homes: [String: String]) -> [Arrow] {
        names.sorted().compactMap { name in
          guard let home = homes[name], places[home, default: 0] > place else { return nil }
          return Arrow(file: file.path, name: name, folder: home)
        }
      }
      return arrows(file.names, homes.types) + arrows(file.members, homes.members)
    }
  }

  /// The folder of every name that only one declares.
  private var homes: (types: [String: String], members: [String: String]) {
    var types: [String: Set<String>] = [:]
    var members: [String: Set<String>] = [:]
    var others: Set<String> = []
    for file in files {
      for name in file.declared { types[name, default: []].insert(file.folder) }
      others.formUnion(file.nested.union(file.others))
    }
    for file in files {
      for (type, names) in file.added {
        // What is added to a type of the folder itself is that type's own.
        guard let home = types[type], !home.contains(file.folder) else {
          others.formUnion(names)
          continue
        }
        for name in names { members[name, default: []].insert(file.folder) }
      }
    }
    func single(_ homes: [String: Set<String>]) -> [String: String] {
      homes.filter { $1.count == 1 && !others.contains($0) }.compactMapValues(\.first)
    }
    return (single(types), single(members).filter { types[$0.key] == nil })
  }
}
