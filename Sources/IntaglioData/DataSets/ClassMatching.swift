/// How the labels of a data set became classes of a model.
public enum ClassMatching: String, Sendable, Codable, CaseIterable {
  /// They were numbers of classes from the start.
  case numbers
  /// Names of the data set were found among the model's.
  case names
  /// Folders are named by the numbers of classes.
  case numberedFolders = "numbered folders"
  /// Nothing names the model's classes, and there are as many folders: the first folder by name is
  /// class 0.
  case folderOrder = "order of folders"
  /// The lines of classes.txt, none of which is a name of the model's, count as its classes in their
  /// order.
  case lineOrder = "order of classes.txt"
}

/// The labels of a data set as classes of one model.
public struct ClassLabels: Sendable, Equatable {
  /// The class of every image, in the order of the set.
  public let classes: [Int]
  public let matching: ClassMatching

  /// What a reader should know before trusting a comparison with these labels.
  public var warning: String? {
    switch matching {
    case .numbers, .names, .numberedFolders:
      nil
    case .folderOrder:
      "nothing names the model's classes, so the folders count as classes in the order of "
        + "their names; state \"class_names\" beside the model, or write classes.txt into the folder"
    case .lineOrder:
      "classes.txt has none of the model's class names, so its lines count as classes in their order"
    }
  }
}

/// Finds the classes of a model that a data set's own names mean.
///
/// A name is looked for as it is, then without regard to case and with `_`, `-` and white space
/// alike, then as one of several names between commas (`tench, Tinca tinca`), then as the WordNet
/// synset (`n01440764`) that another name contains. The first of these that finds anything decides;
/// where it finds several, nothing is decided.
struct ClassMatcher {
  /// The names of the model's classes in the order of the logits; empty where it has none.
  let modelNames: [String]
  let classCount: Int
  private let tables: [[String: [Int]]]

  init(modelNames: [String], classCount: Int) {
    self.modelNames = modelNames
    self.classCount = classCount
    let ways: [(String) -> [String]] = [{ [$0] }, { [plain($0)] }, synonyms, synsets]
    var tables = ways.map { way in
      var table: [String: [Int]] = [:]
      for (index, name) in modelNames.enumerated() {
        for key in Set(way(name)) where !key.isEmpty { table[key, default: []].append(index) }
      }
      return table
    }
    // The names that a model of ImageNet gets where its file has none do not hold their synsets.
    if modelNames == ImageNetClasses.names {
      for (index, synset) in ImageNetClasses.synsets.enumerated() {
        tables[ways.count - 1][synset] = [index]
      }
    }
    self.tables = tables
  }

  /// The classes that `name` may mean.
  func candidates(_ name: String) -> [Int] {
    let keys = [[name], [plain(name)], [plain(name)], synsets(name)]
    for (table, keys) in zip(tables, keys) {
      let found = keys.compactMap { table[$0] }.flatMap { $0 }
      if !found.isEmpty { return found }
    }
    return []
  }

  /// The class of every folder.
  ///
  /// - Throws: `DataError.malformed` when one has no class, two have the same, or names and numbers
  ///   say different things; both sides are listed.
  func classes(
    ofFolders folders: [String],
    among all: [String],
    file: String
  ) throws(DataError) -> (classes: [Int], matching: ClassMatching) {
    let candidates = folders.map { self.candidates($0) }
    let isNamed = !candidates.allSatisfy(\.isEmpty)
    if let numbers = try numbers(folders, isNamed: isNamed, file: file) {
      guard !isNamed || candidates == numbers.map({ [$0] }) else {
        throw disagreement(
          folders,
          file: file,
          found: "numbers that are also names of other classes"
        )
      }
      try checkDistinct(numbers, of: folders, file: file)
      return (numbers, .numberedFolders)
    }
    if modelNames.isEmpty {
      guard all.count == classCount else {
        throw .malformed(
          file: file,
          what: "folder per class",
          expected: "\(classCount) folders, as many as the model has classes without names",
          found: "\(all.count) (\(shortened(all))); "
            + "state \"class_names\" beside the model, or name the folders by the numbers of classes"
        )
      }
      // Every folder counts, those without images too.
      let places = Dictionary(zip(all, 0...), uniquingKeysWith: { first, _ in first })
      let classes = folders.compactMap { places[$0] }
      try checkDistinct(classes, of: folders, file: file)
      return (classes, .folderOrder)
    }
    let classes = try unique(candidates, of: folders, file: file)
    try checkDistinct(classes, of: folders, file: file)
    return (classes, .names)
  }

  /// The class of every line of `classes.txt`; `nil` where the lines are classes by their number.
  ///
  /// - Throws: `DataError.malformed` when the model has another number of classes, or the same names
  ///   in an order that leaves a doubt.
  func classes(ofLines lines: [String], file: String) throws(DataError) -> [Int]? {
    let candidates = lines.map { self.candidates($0) }
    let isInOrder = zip(candidates, 0...).allSatisfy { $0.isEmpty || $0.contains($1) }
    if isInOrder {
      // As many lines as classes, or the first of them by their right names.
      if lines.count == classCount { return nil }
      if lines.count < classCount, candidates.allSatisfy({ !$0.isEmpty }) { return nil }
      throw .malformed(
        file: file,
        what: "classes.txt",
        expected: "\(classCount) lines, one for each class of the model",
        found: "\(lines.count) (\(shortened(lines)))"
      )
    }
    let classes = try unique(candidates, of: lines, file: "\(file)/classes.txt")
    try checkDistinct(classes, of: lines, file: "\(file)/classes.txt")
    return classes
  }

  /// Whether a model that names its classes has none of these names.
  func knowsNone(of lines: [String]) -> Bool {
    !modelNames.isEmpty && lines.allSatisfy { candidates($0).isEmpty }
  }

  /// The line of `classes.txt`, which are the names here, of every folder.
  ///
  /// - Throws: `DataError.malformed` when a folder has no line, several, or that of another.
  func lines(ofFolders folders: [String], file: String) throws(DataError) -> [Int] {
    let found = folders.map { self.candidates($0) }
    guard let place = found.firstIndex(where: { $0.count != 1 }) else {
      let lines = found.map { $0[0] }
      try checkDistinct(lines, of: folders, file: file)
      return lines
    }
    throw .malformed(
      file: file,
      what: "folder '\(folders[place])'",
      expected: "one line of classes.txt (\(shortened(modelNames)))",
      found: found[place].isEmpty ? "none" : "\(found[place].count) lines"
    )
  }

  private func unique(
    _ candidates: [[Int]],
    of names: [String],
    file: String
  ) throws(DataError) -> [Int] {
    let unknown = zip(names, candidates).filter { $0.1.isEmpty }.map(\.0)
    guard unknown.isEmpty else {
      throw disagreement(unknown, file: file, found: "no such class")
    }
    if let (name, found) = zip(names, candidates).first(where: { $0.1.count > 1 }) {
      let classes = found.prefix(4).map { "\($0) '\(modelNames[$0])'" }.joined(separator: ", ")
      throw disagreement([name], file: file, found: "\(found.count) classes (\(classes))")
    }
    return candidates.map { $0[0] }
  }

  private func checkDistinct(
    _ classes: [Int],
    of names: [String],
    file: String
  ) throws(DataError) {
    var owners: [Int: String] = [:]
    for (name, number) in zip(names, classes) {
      guard let other = owners.updateValue(name, forKey: number) else { continue }
      throw disagreement([other, name], file: file, found: "one class (\(number)) for both")
    }
  }

  /// The classes of folders that are all named by numbers; `nil` where one is not, or where names
  /// say more than numbers that are too large.
  private func numbers(
    _ folders: [String],
    isNamed: Bool,
    file: String
  ) throws(DataError) -> [Int]? {
    let numbers = folders.compactMap { classNumber($0) }
    guard numbers.count == folders.count else { return nil }
    guard let place = numbers.firstIndex(where: { $0 >= classCount }) else { return numbers }
    if isNamed { return nil }
    throw .malformed(
      file: file,
      what: "folder '\(folders[place])'",
      expected: "the number of a class, 0..<\(classCount)",
      found: folders[place]
    )
  }

  private func disagreement(_ names: [String], file: String, found: String) -> DataError {
    .malformed(
      file: file,
      what: "class \(shortened(names))",
      expected: "a class of the model (\(shortened(modelNames)))",
      found: "\(found); rename it, or write classes.txt into the folder: one name a line, "
        + "in the order of the model's classes"
    )
  }
}

/// The number that `name` is, written in digits alone.
func classNumber(_ name: String) -> Int? {
  name.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(name) : nil
}

/// Some of many names.
func shortened(_ names: [String]) -> String {
  let shown = names.prefix(6).map { "'\($0)'" }.joined(separator: ", ")
  return names.count > 6 ? "\(shown) and \(names.count - 6) more" : shown
}

/// A name without regard to case, with `_`, `-` and white space alike.
private func plain(_ name: String) -> String {
  name.lowercased().split { $0 == "_" || $0 == "-" || $0.isWhitespace }.joined(separator: " ")
}

/// The names between commas.
private func synonyms(_ name: String) -> [String] {
  name.contains(",") ? name.split(separator: ",").map { plain(String($0)) } : []
}

/// The WordNet synsets in `name`: n and eight digits, as a word of their own.
private func synsets(_ name: String) -> [String] {
  name.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map(String.init).filter { word in
    word.utf8.count == 9 && word.hasPrefix("n") && classNumber(String(word.dropFirst())) != nil
  }
}
