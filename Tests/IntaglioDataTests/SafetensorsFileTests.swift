import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("A safetensors file")
struct SafetensorsFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file from the text of its header and its data.
  private func file(_ header: String, data: [UInt8] = []) throws -> String {
    let text = Array(header.utf8)
    return try folder.file("a.safetensors", littleEndian(text.count, width: 8) + text + data)
  }

  @Test("hands out every type exactly")
  func readsEveryType() throws {
    let data: [UInt8] = [
      0x00, 0x3C, 0x01, 0x00,  // f16: 1, 2⁻²⁴
      0x80, 0x3F, 0xC0, 0xFF,  // bf16: 1, NaN
      0x00, 0x00, 0x80, 0xBF,  // f32: -1
      0xFF, 0x80,  // i8: -1, -128
      0xFE, 0xFF,  // i16: -2
      0x01, 0x00,  // bool
    ]
    let path = try file(
      """
      {"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},\
      "b":{"dtype":"BF16","shape":[2,1],"data_offsets":[4,8]},\
      "f":{"dtype":"F32","shape":[],"data_offsets":[8,12]},\
      "i":{"dtype":"I8","shape":[2],"data_offsets":[12,14]},\
      "s":{"dtype":"I16","shape":[1],"data_offsets":[14,16]},\
      "t":{"dtype":"BOOL","shape":[2],"data_offsets":[16,18]},\
      "none":{"dtype":"F32","shape":[0,3],"data_offsets":[18,18]},\
      "__metadata__":{"a\\u00e9\\ud83d\\ude00":"x\\n\\"y\\\\"}}
      """,
      data: data
    )
    let file = try SafetensorsFile(contentsOf: path)
    #expect(try file.floats(named: "h") == [1, 0x1p-24])
    #expect(try file.doubles(named: "h") == [1, 0x1p-24])
    let brain = try file.floats(named: "b")
    #expect(brain[0] == 1 && brain[1].isNaN)
    #expect(try file.tensor(named: "b").shape == [2, 1])
    #expect(try file.floats(named: "f") == [-1])
    #expect(try file.integers(named: "i") == [-1, -128])
    #expect(try file.integers(named: "s") == [-2])
    #expect(try file.integers(named: "t") == [1, 0])
    #expect(try file.floats(named: "none") == [])
    #expect(file.metadata == ["aé😀": "x\n\"y\\"])
    #expect(file.names == ["h", "b", "f", "i", "s", "t", "none"])
  }

  @Test("names what is there when a tensor is missing")
  func missing() throws {
    let path = try file(
      #"{"head.weight":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
      data: [7]
    )
    let file = try SafetensorsFile(contentsOf: path)
    let expected = DataError.missing(
      file: path,
      what: "tensor 'head.bias'",
      found: "1 tensors, among them 'head.weight'"
    )
    #expect(throws: expected) { try file.tensor(named: "head.bias") }
  }

  @Test("refuses numbers as a type that would lose them")
  func mismatch() throws {
    let header = """
      {"l":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},\
      "u":{"dtype":"U64","shape":[1],"data_offsets":[8,16]},\
      "f":{"dtype":"F32","shape":[1],"data_offsets":[16,20]}}
      """
    let path = try file(header, data: [UInt8](repeating: 0xFF, count: 20))
    let file = try SafetensorsFile(contentsOf: path)
    #expect(try file.integers(named: "l") == [-1])
    #expect(throws: DataError.self) { try file.floats(named: "l") }
    #expect(throws: DataError.self) { try file.doubles(named: "l") }
    #expect(throws: DataError.self) { try file.integers(named: "u") }
    #expect(throws: DataError.self) { try file.integers(named: "f") }
  }

  static let malformed: [(why: String, header: String, data: Int)] = [
    ("empty header", "", 0),
    ("not an object", "[]", 0),
    ("text after the object", "{}x", 0),
    ("unclosed object", "{", 0),
    ("trailing comma", entry("a", "U8", "1", "0,1").dropLast() + ",}", 1),
    ("bare word", #"{"a":null}"#, 0),
    ("unknown dtype", entry("a", "F7", "1", "0,1"), 1),
    ("dtype is a number", #"{"a":{"dtype":1,"shape":[],"data_offsets":[0,1]}}"#, 1),
    ("missing dtype", #"{"a":{"shape":[1],"data_offsets":[0,1]}}"#, 1),
    ("missing shape", #"{"a":{"dtype":"U8","data_offsets":[0,1]}}"#, 1),
    ("missing offsets", #"{"a":{"dtype":"U8","shape":[1]}}"#, 1),
    ("unknown key", #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}"#, 1),
    ("key twice", #"{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1),
    ("negative extent", entry("a", "U8", "-1", "0,1"), 1),
    ("fractional extent", entry("a", "U8", "1.0", "0,1"), 1),
    ("extent is a string", entry("a", "U8", "\"1\"", "0,1"), 1),
    ("extent beyond 64 bits", entry("a", "U8", "18446744073709551616", "0,1"), 1),
    ("product overflows", entry("a", "U8", "4294967296,4294967296", "0,0"), 0),
    ("product overflows by the width", entry("a", "F64", "4611686018427387904", "0,0"), 0),
    ("one offset", entry("a", "U8", "1", "1"), 1),
    ("three offsets", entry("a", "U8", "1", "0,1,1"), 1),
    ("offsets in reverse", entry("a", "U8", "1", "1,0"), 1),
    ("negative offset", entry("a", "U8", "1", "-1,0"), 1),
    ("range and shape disagree", entry("a", "F32", "2", "0,4"), 4),
    ("range beyond the data", entry("a", "U8", "2", "0,2"), 1),
    ("far beyond the data", entry("a", "U8", "9223372036854775807", "0,9223372036854775807"), 1),
    ("hole at the start", entry("a", "U8", "1", "1,2"), 2),
    ("data left over", entry("a", "U8", "1", "0,1"), 2),
    ("hole", "{\(member("a", "U8", "1", "0,1")),\(member("b", "U8", "1", "2,3"))}", 3),
    ("overlap", "{\(member("a", "U8", "2", "0,2")),\(member("b", "U8", "2", "1,3"))}", 3),
    (
      "the same range twice", "{\(member("a", "U8", "1", "0,1")),\(member("b", "U8", "1", "0,1"))}",
      1
    ),
    ("name twice", "{\(member("a", "U8", "1", "0,1")),\(member("a", "U8", "1", "0,1"))}", 1),
    ("metadata twice", #"{"__metadata__":{},"__metadata__":{}}"#, 0),
    ("metadata of a number", #"{"__metadata__":{"a":1}}"#, 0),
    ("metadata key twice", #"{"__metadata__":{"a":"","a":""}}"#, 0),
    ("metadata nested", #"{"__metadata__":{"a":{}}}"#, 0),
    ("control character in a name", entry("a\n", "U8", "1", "0,1"), 1),
    ("unknown escape", entry(#"\x"#, "U8", "1", "0,1"), 1),
    ("three hexadecimal digits", entry(#"\u00e"#, "U8", "1", "0,1"), 1),
    ("half a surrogate pair", entry(#"\ud83d"#, "U8", "1", "0,1"), 1),
    ("half a surrogate pair and another escape", entry(#"\ud83d\u0041"#, "U8", "1", "0,1"), 1),
    ("low surrogate first", entry(#"\ude00\ud83d"#, "U8", "1", "0,1"), 1),
    ("space within a surrogate pair", entry(#"\ud83d \ude00"#, "U8", "1", "0,1"), 1),
    ("deep nesting", String(repeating: "[", count: 100_000), 0),
  ]

  @Test("is refused with a typed error", arguments: malformed.indices)
  func refuses(index: Int) throws {
    let (why, header, dataCount) = Self.malformed[index]
    let path = try file(header, data: [UInt8](repeating: 0, count: dataCount))
    #expect(throws: DataError.self, "\(why)") { try SafetensorsFile(contentsOf: path) }
  }

  @Test("is refused when a name is not UTF-8")
  func refusesBadText() throws {
    let text = Array(#"{""#.utf8) + [0xC3, 0x28] + Array(#"":1}"#.utf8)
    let path = try folder.file("a", littleEndian(text.count, width: 8) + text)
    #expect(throws: DataError.self) { try SafetensorsFile(contentsOf: path) }
  }

  @Test("is refused when its header claims to be huge", arguments: [100_000_001, 1 << 40, -1])
  func refusesHugeHeader(length: Int) throws {
    let path = try folder.file("a", littleEndian(length, width: 8) + Array("{}".utf8))
    let error = #expect(throws: DataError.self) { try SafetensorsFile(contentsOf: path) }
    guard case .tooLarge(_, _, limit: 100_000_000, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("cut short at any byte is refused")
  func refusesTruncation() throws {
    let tensors = [
      try SafetensorsTensor(name: "a", shape: [2, 3], floats: [1, 2, 3, 4, 5, 6]),
      try SafetensorsTensor(name: "b", type: .u8, shape: [2], integers: [1, 255]),
    ]
    try SafetensorsFile.write(tensors, metadata: ["k": "v"], to: folder.path("whole"))
    let accepted = try acceptedTruncations(of: try folder.bytes("whole"), in: folder) {
      _ = try SafetensorsFile(contentsOf: $0)
    }
    #expect(accepted == [])
  }

  @Test("that is absent, a folder or a device is refused", arguments: ["absent", ".", "/dev/null"])
  func refusesOtherThanFiles(name: String) {
    let path = name.hasPrefix("/") ? name : folder.path(name)
    #expect(throws: DataError.self) { try SafetensorsFile(contentsOf: path) }
  }

  @Test("of a real model opens", .enabled(if: SharedData.isWanted))
  func opensARealModel() throws {
    guard let path = SharedData.path("data/vit-tiny/vit_tiny_patch16_224.safetensors") else {
      return
    }
    let file = try SafetensorsFile(contentsOf: path)
    #expect(try file.tensor(named: "blocks.0.attn.qkv.weight").shape == [576, 192])
    let count = file.tensors.reduce(0) { $0 + $1.count }
    #expect(count == 5_717_416)
    #expect(try file.floats(named: "head.bias").allSatisfy(\.isFinite))
  }
}

/// One member of a header.
private func member(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
  #""\#(name)":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(offsets)]}"#
}

/// A header of one member.
private func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
  "{\(member(name, type, shape, offsets))}"
}
