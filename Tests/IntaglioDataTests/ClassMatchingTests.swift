import IntaglioData
import IntaglioTestSupport
import Testing

/// Which class of a model a folder or a name of a data set is.
@Suite("Labels of a data set")
struct ClassMatchingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func image(_ name: String) throws {
    let image = try Image(width: 1, height: 1, channels: 1, pixels: [0])
    try folder.file(name, try image.png())
  }

  /// A set of folders with an image each.
  private func set(_ folders: [String], classes: [String]? = nil) throws -> DataSet {
    for name in folders { try image("\(name)/0.png") }
    if let classes { try folder.file("classes.txt", Array(classes.joined(separator: "\n").utf8)) }
    return try DataSet.open(directory: folder.path)
  }

  private func refusal(
    _ set: DataSet,
    _ modelNames: [String],
    _ classCount: Int? = nil
  ) -> String {
    do {
      let count = classCount ?? modelNames.count
      return "\(try set.labels(modelNames: modelNames, classCount: count).classes)"
    } catch {
      return error.description
    }
  }

  static let model = ["plane", "car", "great white shark", "T-shirt/top", "tench, Tinca tinca"]

  @Test(
    "of folders are the model's classes of these names, whatever the alphabet says",
    arguments: [
      (["car", "plane"], [1, 0]),
      (["Car", "PLANE", "great_white_shark"], [1, 0, 2]),
      (["Great-White-Shark"], [2]),
      (["tench"], [4]),
      (["Tinca_tinca", "plane"], [4, 0]),
      (["3", "1", "0"], [0, 1, 3]),
      (["04", "2"], [4, 2]),
    ]
  )
  func names(folders: [String], classes: [Int]) throws {
    let set = try set(folders)
    let labels = try set.labels(modelNames: Self.model, classCount: 5)
    // Images stand in the order of the folders' names.
    let order = folders.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let expected =
      labels.matching == .names ? order.map { classes[folders.firstIndex(of: $0) ?? 0] } : classes
    #expect(labels.classes.sorted() == classes.sorted())
    if labels.matching == .names { #expect(labels.classes == expected) }
    #expect(labels.warning == nil)
  }

  @Test("of folders named as they are come before those that differ in case")
  func exactFirst() throws {
    let labels = try set(["a b", "A_B"]).labels(modelNames: ["A_B", "a b"], classCount: 2)
    #expect(labels.classes == [0, 1])
  }

  @Test("of folders named by synsets are the classes whose names contain them")
  func synsets() throws {
    let set = try set(["n01443537", "n01440764"])
    let names = ["n01440764 tench", "n01443537_goldfish"]
    #expect(try set.labels(modelNames: names, classCount: 2).classes == [0, 1])
    #expect(refusal(set, ["tench", "goldfish"]).contains("'n01440764'"))
  }

  @Test("of numbered folders are these numbers and not their order as text")
  func numbers() throws {
    let set = try set((0..<12).map(String.init))
    let labels = try set.labels(modelNames: [], classCount: 12)
    #expect(labels.classes == [0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9])
    #expect(labels.matching == .numberedFolders)
    #expect(refusal(set, [], 11).contains("expected the number of a class, 0..<11, found 11"))
    let digits = (0..<12).map(String.init)
    #expect(try set.labels(modelNames: digits, classCount: 12).classes == labels.classes)
  }

  @Test("of folders without names in the model are in order only where they are as many")
  func order() throws {
    let set = try set(["b", "a", "c"])
    let labels = try set.labels(modelNames: [], classCount: 3)
    #expect(labels.classes == [0, 1, 2] && labels.matching == .folderOrder)
    #expect(labels.warning?.contains("order of their names") == true)
    let message = refusal(set, [], 4)
    #expect(message.contains("4 folders") && message.contains("3 ('a', 'b', 'c')"), "\(message)")
    #expect(refusal(set, [], 2).contains("2 folders"))
  }

  @Test("of an empty folder count where folders are taken in order, and nowhere else")
  func emptyFolders() throws {
    try folder.file("b/notes.txt", [])
    let set = try set(["a", "c"])
    #expect(try set.labels(modelNames: [], classCount: 3).classes == [0, 2])
    #expect(try set.labels(modelNames: ["c", "a"], classCount: 2).classes == [1, 0])
  }

  @Test(
    "of folders that are no class, one class for two, or more than one class are refused",
    arguments: [
      (["cat", "dog"], ["dog", "horse"], "class 'cat' is malformed: expected", "'dog', 'horse'"),
      (["dog", "Dog"], ["dog", "x"], "'Dog', 'dog'", "one class (0) for both"),
      (["dog"], ["DOG", "Dog"], "'dog'", "2 classes (0 'DOG', 1 'Dog')"),
      (["crane"], ["crane", "crane"], "'crane'", "2 classes"),
      (["1", "01"], ["a", "b"], "'01', '1'", "one class (1) for both"),
      (["1", "0"], ["1", "0"], "'0', '1'", "numbers that are also names"),
      (["1", "dog"], ["dog", "x"], "'1'", "no such class"),
      (["-1"], ["dog", "x"], "'-1'", "no such class"),
    ]
  )
  func refused(folders: [String], model: [String], first: String, second: String) throws {
    let message = refusal(try set(folders), model)
    #expect(message.contains(first) && message.contains(second), "\(message)")
    #expect(message.hasPrefix(folder.path) && message.contains("classes.txt"), "\(message)")
  }

  @Test("that do not fit are listed in short")
  func shortLists() throws {
    let message = refusal(try set((0..<40).map { "f\($0)" }), (0..<1000).map { "c\($0)" })
    #expect(message.contains("and 34 more") && message.contains("and 994 more"), "\(message)")
    #expect(message.utf8.count < 500)
  }

  @Test("of folders in classes.txt are its lines, in the model's order")
  func listed() throws {
    let set = try set(["cat", "ant"], classes: ["dog", "cat", "ant"])
    #expect(try set.labels(modelNames: [], classCount: 3).classes == [2, 1])
    #expect(try set.labels(modelNames: ["dog", "cat", "ant"], classCount: 3).classes == [2, 1])
    // Another vocabulary in the same order.
    let others = try set.labels(modelNames: ["x", "y", "z"], classCount: 3)
    #expect(others.classes == [2, 1] && others.warning?.contains("classes.txt") == true)
    // The same names in another order.
    #expect(try set.labels(modelNames: ["ant", "dog", "cat"], classCount: 3).classes == [0, 2])
    #expect(refusal(set, ["ant", "dog", "cow"]).contains("'cat'"))
    #expect(refusal(set, [], 4).contains("expected 4 lines"))
  }

  @Test("of folders that classes.txt does not know, or knows twice, are refused")
  func unlisted() throws {
    for classes in [["dog", "cat"], ["ant", "cat", "ant"], ["Cat", "cat_"]] {
      let folder = try TemporaryFolder()
      let image = try Image(width: 1, height: 1, channels: 1, pixels: [0])
      for name in ["cat", "ant"] { try folder.file("\(name)/0.png", try image.png()) }
      try folder.file("classes.txt", Array(classes.joined(separator: "\n").utf8))
      let error = #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
      #expect(error?.description.contains("line") == true)
    }
  }

  @Test("in a split's folder are the lines of classes.txt above it")
  func listedAbove() throws {
    try image("train/ant/0.png")
    try image("val/cat/0.png")
    try folder.file("classes.txt", Array("cat\nant\n".utf8))
    let set = try DataSet.open(directory: folder.path, split: .train)
    #expect(try set.labels(modelNames: [], classCount: 2).classes == [1])
  }

  @Test("by number mean the name in classes.txt where the model has it elsewhere")
  func numbersByName() throws {
    try image("0_a.png")
    try image("1_b.png")
    try folder.file("classes.txt", Array("ant\nbee\n".utf8))
    let set = try DataSet.open(directory: folder.path)
    let labels = try set.labels(modelNames: ["bee", "cow", "ant"], classCount: 3)
    #expect(labels.classes == [2, 0] && labels.matching == .names)
    #expect(try set.labels(modelNames: ["Ant", "BEE"], classCount: 2).classes == [0, 1])
    // Two classes of one name, as ImageNet has them, each at its own place.
    try folder.file("classes.txt", Array("crane\ncrane\n".utf8))
    let cranes = try DataSet.open(directory: folder.path)
    #expect(try cranes.labels(modelNames: ["crane", "crane"], classCount: 2).classes == [0, 1])
  }

  @Test("that are numbers and names at once in a labels file are refused")
  func ambiguousWord() throws {
    try image("a.png")
    try folder.file("classes.txt", Array("1\n0\n".utf8))
    for (word, isRefused) in [("0", true), ("1", true)] {
      try folder.file("labels.csv", Array("a.png,\(word)\n".utf8))
      let result = try? DataSet.open(directory: folder.path)
      #expect((result == nil) == isRefused)
    }
    try folder.file("classes.txt", Array("0\n1\ncrane\ncrane\n".utf8))
    #expect(try DataSet.open(directory: folder.path).count == 1)
    try folder.file("labels.csv", Array("a.png,crane\n".utf8))
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
  }

  @Test("are refused where the model's names are not as many as its logits")
  func modelNames() throws {
    #expect(refusal(try set(["a"]), ["a"], 2).contains("one for each logit"))
  }
}
