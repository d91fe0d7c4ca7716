import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Damaged packed models")
struct PackedModelDamageTests {
  let folder: TemporaryFolder
  let graph: Graph
  /// The bytes of an intact file.
  let bytes: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    graph = try Graph.sample()
    try PackedModel.write(graph: graph, description: .sample, to: folder.path("intact"))
    bytes = try folder.bytes("intact")
  }

  @Test("a file cut short anywhere is refused")
  func truncations() throws {
    for length in bytes.indices {
      let path = try folder.file("cut", Array(bytes.prefix(length)))
      #expect(throws: ExportError.self, "\(length) bytes") { try PackedModel.read(path: path) }
    }
  }

  @Test("a flipped bit is refused or changes nothing", arguments: 0..<8)
  func bitFlips(bit: Int) throws {
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 1 << bit
      let path = try folder.file("flipped", damaged)
      do {
        let model = try PackedModel.read(path: path)
        expectSame(model.graph, graph)
        #expect(model.description == .sample)
      } catch {
        // Refused, by the only type of error that reading throws.
      }
    }
  }

  @Test(
    "a program of random texts and numbers is refused or read, never a trap",
    arguments: 0..<400 as Range<UInt64>
  )
  func mutations(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var mutant = try Forgery(folder.path("intact"))
    for _ in 0..<Int.random(in: 1...4, using: &random) { mutant.mutate(using: &random) }
    try mutant.write(to: folder.path("mutant"))
    do {
      let model = try PackedModel.read(path: folder.path("mutant"))
      // Whatever was accepted is a graph that can be written again.
      try PackedModel.write(
        graph: model.graph,
        description: model.description,
        to: folder.path("again")
      )
    } catch {
      // Refused, by the only type of error that reading throws.
    }
  }

  @Test("what a program may not say", arguments: forgeries)
  func forgery(_ forged: ForgedProgram) throws {
    var forgery = try Forgery(folder.path("intact"))
    try #require(forgery.program.contains(forged.text), "\(forged.text)")
    forgery.replace(forged.text, by: forged.replacement)
    try forgery.write(to: folder.path("forged"))
    let error = #expect(throws: ExportError.self) {
      try PackedModel.read(path: folder.path("forged"))
    }
    let message = error.map(\.description) ?? ""
    #expect(message.contains(forged.message), "\(message)")
    #expect(message.contains("forged"))
  }

  static let forgeries = [
    ForgedProgram(#""of":[1,2]"#, #""of":[1,3]"#, "an earlier node, below 3, found 3"),
    ForgedProgram(#""of":[1,2]"#, #""of":[1,4]"#, "an earlier node"),
    ForgedProgram(#""of":[1,2]"#, #""of":[1,-1]"#, "found -1"),
    ForgedProgram(#""of":[1,2]"#, #""of":[1]"#, "expected 2 operands, found 1"),
    ForgedProgram(#""op":"matmul""#, #""op":"fly""#, "found fly"),
    ForgedProgram(#""op":"matmul""#, #""op":"concat""#, "expected axis"),
    ForgedProgram(#""to":"u3""#, #""to":"u33""#, "found 'u33'"),
    ForgedProgram(#""to":"u3""#, #""to":"real""#, "expected an integer type"),
    ForgedProgram(#""3/5p-4""#, #""0""#, "scale is zero"),
    ForgedProgram(#""3/5p-4""#, #""1/0""#, "expected a ratio"),
    ForgedProgram(#""3/5p-4""#, #""1p99999999""#, "expected a ratio"),
    ForgedProgram(#""shape":[9,10]"#, #""shape":[9,11]"#, "expected U8 [38], found U8 [34]"),
    ForgedProgram(#""shape":[9,10]"#, #""shape":[-9,-10]"#, "dimensions"),
    ForgedProgram(
      #""shape":[9,10]"#,
      #""shape":[4611686018427387904,4]"#,
      "expected dimensions of one value"
    ),
    ForgedProgram(#""shape":[9,10]"#, #""shape":[10,9]"#, "matmul"),
    ForgedProgram(#""element":"i3""#, #""element":"u32""#, "I32"),
    ForgedProgram(#""lower":-10"#, #""lower":11"#, "lower end"),
    ForgedProgram(#""lower":-10"#, #""lower":"nan""#, "not a number"),
    ForgedProgram(#""lower":-10"#, #""lower":{}"#, "JSON"),
    ForgedProgram(#""tensor":"2/layer.weight""#, #""tensor":"nothing""#, "'nothing' is missing"),
    ForgedProgram(
      #""outputs":[{"name":"y","of":5}]"#,
      #""outputs":[{"name":"y","of":6}]"#,
      "found 6"
    ),
    ForgedProgram(#""bounds":[{"law":"Law""#, #""bounds":[{"low":"Law""#, "JSON"),
    ForgedProgram(#""nodes":["#, #""nodes":[[],"#, "JSON"),
  ]

  @Test("a newer layout is named as such")
  func newerVersion() throws {
    var forgery = try Forgery(folder.path("intact"))
    forgery.metadata[PackedFormat.versionKey] = "2"
    try forgery.write(to: folder.path("newer"))
    let path = folder.path("newer")
    #expect(throws: ExportError.newerVersion(file: path, found: 2, newest: 1)) {
      try PackedModel.read(path: path)
    }
  }

  @Test("another safetensors file is no packed model")
  func notPacked() throws {
    try SafetensorsFile.write([], to: folder.path("other"))
    #expect(throws: ExportError.notPacked(file: folder.path("other"))) {
      try PackedModel.read(path: folder.path("other"))
    }
  }

  @Test("two inputs of one name are refused")
  func repeatedInput() throws {
    var graph = Graph()
    try graph.append(.input(name: "x", ValueType(.real, [1])))
    try graph.append(.input(name: "x", ValueType(.real, [2])))
    try PackedModel.write(graph: graph, description: .sample, to: folder.path("twice"))
    #expect(throws: ExportError.self) { try PackedModel.read(path: folder.path("twice")) }
  }
}

/// A text of the program, what to put in its place, and a part of the message.
struct ForgedProgram: Sendable, CustomTestStringConvertible {
  let text: String
  let replacement: String
  let message: String

  init(_ text: String, _ replacement: String, _ message: String) {
    (self.text, self.replacement, self.message) = (text, replacement, message)
  }

  var testDescription: String { replacement }
}
