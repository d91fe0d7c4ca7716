import Foundation
import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("A data set")
struct DataSetTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes a 2×1 grey PNG whose first pixel is `level`.
  private func image(_ name: String, level: UInt8 = 0) throws {
    let image = try Image(width: 2, height: 1, channels: 1, pixels: [level, 255])
    try folder.file(name, try image.png())
  }

  private func text(_ name: String, _ text: String) throws {
    try folder.file(name, Array(text.utf8))
  }

  private func levels(_ set: DataSet) throws -> [UInt8] {
    try (0..<set.count).map { try set.image(at: $0).pixels[0] }
  }

  /// The labels for a model of `classes` classes without names.
  private func labels(_ set: DataSet, classes: Int = 1000) throws -> [Int] {
    try set.labels(modelNames: [], classCount: classes).classes
  }

  private func names(_ set: DataSet) -> [String] { (0..<set.count).map(set.name) }

  private func idx(_ prefix: String, count: Int, labels: Int? = nil) throws {
    let images: [UInt8] = [0, 0, 8, 3] + bigEndian(count) + bigEndian(1) + bigEndian(2)
    try folder.file(
      "\(prefix)-images-idx3-ubyte",
      images + (0..<2 * count).map { UInt8($0) }
    )
    try folder.file(
      "\(prefix)-labels-idx1-ubyte",
      [0, 0, 8, 1] + bigEndian(labels ?? count) + (0..<(labels ?? count)).map { UInt8($0 + 3) }
    )
  }

  @Test("of IDX files gives the test pair, or the training pair on request")
  func idxPair() throws {
    try idx("t10k", count: 3)
    try idx("train", count: 2)
    let test = try DataSet.open(directory: folder.path)
    #expect(try levels(test) == [0, 2, 4])
    #expect(try labels(test) == [3, 4, 5])
    #expect(names(test) == ["#0", "#1", "#2"])
    #expect(test.classNames == nil)
    #expect(try test.image(at: 2) == Image(width: 2, height: 1, channels: 1, pixels: [4, 5]))
    #expect(try DataSet.open(directory: folder.path, split: .train).count == 2)
    #expect(try DataSet.open(directory: folder.path, limit: 2).count == 2)
  }

  @Test("of IDX files without the wanted pair says which files are there")
  func idxMissing() throws {
    try idx("train", count: 2)
    let expected = DataError.missing(
      file: folder.path,
      what: "t10k-images-idx… (split test)",
      found: "train-images-idx3-ubyte, train-labels-idx1-ubyte"
    )
    #expect(throws: expected) { try DataSet.open(directory: folder.path) }
  }

  @Test("of IDX files that disagree or are no images is refused")
  func idxRefuses() throws {
    try idx("t10k", count: 2, labels: 3)
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
    try idx("t10k", count: 2)
    try text("classes.txt", "a\nb\nc\nd\n")
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
    try text("classes.txt", "a\nb\nc\nd\ne\n")
    #expect(try DataSet.open(directory: folder.path).classNames == ["a", "b", "c", "d", "e"])
    try folder.file("t10k-images-idx3-ubyte", [0, 0, 8, 1] + bigEndian(1) + [1])
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
    try idx("t10k", count: 0)
    let error = #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
    let message = error?.description ?? ""
    #expect(message.contains("t10k-images-idx3-ubyte") && message.contains("0"), "\(message)")
  }

  @Test("of a folder per class numbers the folders by name")
  func folderPerClass() throws {
    try image("cat/2.png", level: 2)
    try image("cat/1.PNG", level: 1)
    try image("ant/x.png", level: 3)
    try text("ant/notes.txt", "")
    try image("ant/.hidden.png")
    try text("readme.txt", "")
    let set = try DataSet.open(directory: folder.path)
    #expect(set.classNames == ["ant", "cat"])
    #expect(names(set) == ["ant/x.png", "cat/1.PNG", "cat/2.png"])
    #expect(try labels(set, classes: 2) == [0, 1, 1])
    #expect(try levels(set) == [3, 1, 2])
  }

  @Test("of a folder per class is limited evenly, others from the front")
  func limit() throws {
    for name in ["a/0.png", "a/1.png", "b/0.png", "b/1.png", "c/0.png"] { try image(name) }
    let set = try DataSet.open(directory: folder.path, limit: 3)
    #expect(names(set) == ["a/0.png", "a/1.png", "b/1.png"])
    #expect((0..<3).map(set.position) == [0, 1, 3])
    #expect(try DataSet.open(directory: folder.path, limit: 9).count == 5)
    for limit in [0, -1] {
      #expect(throws: DataError.self) { try DataSet.open(directory: folder.path, limit: limit) }
    }
    for name in ["0.png", "1.png", "2.png"] { try image(name) }
    #expect(names(try DataSet.open(directory: folder.path, limit: 2)) == ["0.png", "1.png"])
  }

  @Test("with folders train and val takes the split, not two classes")
  func splitFolders() throws {
    try image("train/ant/1.png")
    try image("train/bee/1.png")
    try image("val/ant/1.png")
    #expect(try DataSet.open(directory: folder.path).classNames == ["ant"])
    #expect(try DataSet.open(directory: folder.path, split: .train).classNames == ["ant", "bee"])
  }

  @Test("with the label leading each name")
  func leadingLabels() throws {
    try image("0002_b.png")
    try image("0000_a.jpg")
    try text("classes.txt", "zero\r\none\r\ntwo\r\n\r\n")
    let set = try DataSet.open(directory: folder.path)
    #expect(names(set) == ["0000_a.jpg", "0002_b.png"])
    #expect(try labels(set, classes: 3) == [0, 2])
    #expect(set.classNames == ["zero", "one", "two"])
    try image("0003_b.png")
    let expected = DataError.malformed(
      file: folder.path,
      what: "label of '0003_b.png'",
      expected: "one in 0..<3, the lines of classes.txt",
      found: "3"
    )
    #expect(throws: expected) { try DataSet.open(directory: folder.path) }
    try image("plate.png")
    try text("classes.txt", "\n\n")
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
  }

  @Test("with a name that begins with no label, or one too large, is refused")
  func refusesNames() throws {
    for name in ["plate.png", "99999999999999999999_a.png"] {
      let folder = try TemporaryFolder()
      try folder.file(name, [])
      #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
    }
  }

  @Test("with a labels file keeps its order")
  func labelsFile() throws {
    for name in ["b.png", "a b.png", "c,d.png"] { try image(name) }
    try text("labels.txt", "# made by hand\n\nb.png 4\na b.png\t0\r\n\"c,d.png\"  7")
    let set = try DataSet.open(directory: folder.path)
    #expect(names(set) == ["b.png", "a b.png", "c,d.png"])
    #expect(try labels(set) == [4, 0, 7])
    try text("labels.csv", "file,label\n\"c,d.png\",2\nb.png , bee\n")
    try text("classes.txt", "ant\nbee\ncow")
    let named = try DataSet.open(directory: folder.path)
    #expect(names(named) == ["c,d.png", "b.png"])
    #expect(try labels(named, classes: 3) == [2, 1])
  }

  @Test("with a labels file that leaves images out says how many")
  func leavesOut() throws {
    for name in ["a.png", "b.png", "c.jpg", "d/e.png"] { try image(name) }
    try text("readme.txt", "")
    try text("labels.csv", "./a.png,0\nd/e.png,1\n")
    let set = try DataSet.open(directory: folder.path, limit: 1)
    let note = try #require(set.notes.first)
    #expect(set.notes.count == 1 && set.count == 1)
    #expect(
      note.contains("2 of 3 images") && note.contains("labels.csv") && note.contains("'b.png'")
    )
    try text("labels.csv", "a.png,0\nb.png,1\nc.jpg,2\n")
    #expect(try DataSet.open(directory: folder.path).notes.isEmpty)
  }

  @Test(
    "with a labels file that does not fit is refused",
    arguments: [
      "", "# nothing\n", "a.png", "a.png,", "a.png,-1", "a.png,x", "absent.png,0", "a.png,1.5",
      "a.png,0\na.png,1", "../a.png,0", "/a.png,0",
      "a.png,99999999999999999999", "a.png,0\nfile,label", ",0", "a.png,3",
    ]
  )
  func refusesLabels(lines: String) throws {
    try image("a.png")
    try text("labels.csv", lines)
    try text("classes.txt", "one\ntwo\nthree\n")
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
  }

  @Test("with a labels file that is not UTF-8 is refused")
  func refusesEncoding() throws {
    try image("a.png")
    try folder.file("labels.csv", Array("a.png,0\n".utf8) + [0xFF])
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
  }

  @Test("that is absent, empty or without images says what was looked for")
  func refusesEmpty() throws {
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path("absent")) }
    let error = #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
    guard case .missing(folder.path, let what, found: "an empty folder") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(what.contains("labels.csv") && what.contains("t10k"))
    try text("a.webp", "")
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
    try text("class/a.webp", "")
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path) }
    #expect(throws: DataError.self) { try DataSet.open(directory: folder.path("a.webp")) }
  }

  @Test(
    "with a file name that is not UTF-8 is refused, the bytes named",
    .enabled(if: Self.isLinux)
  )
  func refusesFileName() throws {
    try image("0_a.png")
    let bytes = Array("\(folder.path)/1_b".utf8) + [0xE9] + Array(".png".utf8) + [0]
    let descriptor = bytes.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { path in
      path.baseAddress.map { open($0, O_CREAT | O_WRONLY, 0o600) } ?? -1
    }
    #expect(descriptor >= 0 && close(descriptor) == 0)
    let expected = DataError.malformed(
      file: folder.path,
      what: "the name of a file",
      expected: "UTF-8; rename it",
      found: #"1_b\xE9.png"#
    )
    #expect(throws: expected) { try DataSet.open(directory: folder.path) }
  }

  /// Other systems refuse such names themselves.
  private static let isLinux: Bool = {
    #if os(Linux)
    true
    #else
    false
    #endif
  }()

  @Test("fails at the damaged image alone")
  func lazyDecoding() throws {
    try image("0_a.png", level: 9)
    try text("1_b.png", "no image")
    let set = try DataSet.open(directory: folder.path)
    #expect(try set.image(at: 0).pixels[0] == 9)
    #expect(throws: DataError.self) { try set.image(at: 1) }
  }

  @Test("selects by index and keeps positions")
  func selects() throws {
    try idx("t10k", count: 5)
    let set = try DataSet.open(directory: folder.path).select([4, 1])
    #expect(names(set) == ["#4", "#1"])
    #expect(set.select([1]).position(at: 0) == 1)
    #expect(try levels(set) == [8, 2])
  }

  @Test("checks its labels against a model's classes")
  func checksLabels() throws {
    try idx("t10k", count: 3)
    let set = try DataSet.open(directory: folder.path)
    _ = try labels(set, classes: 6)
    let expected = DataError.malformed(
      file: folder.path,
      what: "label of #2",
      expected: "one in 0..<5",
      found: "5"
    )
    #expect(throws: expected) { try labels(set, classes: 5) }
  }

  @Test("of Fashion-MNIST opens", .enabled(if: SharedData.isWanted))
  func fashionMNIST() throws {
    guard let path = SharedData.path("data/fashion-mnist") else { return }
    let set = try DataSet.open(directory: path)
    #expect(set.count == 10_000)
    #expect(try Set(labels(set, classes: 10)) == Set(0..<10))
    #expect(try set.image(at: 9_999).width == 28)
  }

  @Test("of photographs with their class in the name opens", .enabled(if: SharedData.isWanted))
  func imagenetSample() throws {
    guard let path = SharedData.path("data/imagenet-sample") else { return }
    let set = try DataSet.open(directory: path)
    #expect(try labels(set) == Array(0..<1000))
    #expect(set.classNames?[923] == "plate")
    let image = try set.image(at: 923)
    #expect(min(image.width, image.height) == 256)
  }
}
