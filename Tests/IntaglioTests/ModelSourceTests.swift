import Foundation
import Intaglio
import IntaglioTestSupport
import Testing

/// What a text on a command line names.
@Suite("A model's name on a command line")
struct ModelSourceTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What `text` is refused with.
  private func refusal(
    _ text: String,
    _ dimensions: ArchitectureDimensions = ArchitectureDimensions()
  ) -> String {
    do throws(ModelSourceError) {
      return "found \(try ModelSource(text, dimensions: dimensions).place)"
    } catch { return "\(error)" }
  }

  @Test("every word of arithmetic may stand before every kind of name")
  func prefixes() throws {
    let architecture = try ViTArchitecture(named: "deit-s", bits: 3)
    let names: [(String, ModelSource.Place)] = [
      ("a/model.onnx", .file(path: "a/model.onnx")), ("model.onnx", .file(path: "model.onnx")),
      ("a.b:c/d.onnx", .file(path: "a.b:c/d.onnx")), ("./odd:name", .file(path: "./odd:name")),
      ("demo:3", .demo(bits: 3)), ("deit-s:3", .architecture(architecture)),
      ("deit_s:3", .architecture(architecture)),
      ("deit-s", .architecture(try ViTArchitecture(named: "deit-s", bits: 8))),
    ]
    for (name, place) in names {
      let plain = try ModelSource(name)
      #expect(plain.place == place && plain.arithmetic == nil && plain.name == name)
      for arithmetic in Arithmetic.allCases {
        let source = try ModelSource("\(arithmetic.rawValue):\(name)")
        #expect(source.place == place && source.arithmetic == arithmetic)
        #expect(source.name == name && source.text == "\(arithmetic.rawValue):\(name)")
      }
    }
    let record = try ModelSource("recorded:dump.safetensors")
    #expect(record.place == .record(path: "dump.safetensors") && record.arithmetic == nil)
  }

  @Test(
    "older words of arithmetic mean float32",
    arguments: ["float:m.onnx", "reference:m.onnx"]
  )
  func older(text: String) throws {
    #expect(try ModelSource(text).arithmetic == .float32)
  }

  @Test("a file whose name has a colon is that file, unless the word before it has a meaning")
  func colons() throws {
    let path = folder.path("odd:name")
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(try ModelSource(path).place == .file(path: path))
    #expect(try ModelSource("oracle:\(path)").place == .file(path: path))
    #expect(try ModelSource("a.b:c").place == .file(path: "a.b:c"))
    #expect(try ModelSource("integer:x").arithmetic == .integer)
  }

  @Test("a word that means nothing is refused, with the nearest one that does")
  func hints() {
    let hints = [
      "flaot:m.onnx": "'float32'", "interger:m.onnx": "'integer'",
      "integer_only:m": "'integer-only'",
      "orcale:m": "'oracle'", "dmeo:3": "'demo'", "diet-s:3": "'deit-s'",
      "recorder:m": "'recorded'",
    ]
    for (text, hint) in hints {
      let message = refusal(text)
      #expect(message.hasSuffix("did you mean \(hint)?"), "\(message)")
      for word in Arithmetic.allCases { #expect(message.contains(word.rawValue)) }
    }
    #expect(!refusal("zebra:m.onnx").contains("did you mean"))
  }

  @Test("widths that there are not and dimensions that do not fit are refused by name")
  func dimensions() {
    #expect(refusal("demo:5").contains("demo:2, demo:3, demo:8"))
    #expect(refusal("demo:").contains("demo:2, demo:3, demo:8"))
    for text in ["deit-s:9", "deit-s:1", "deit-s:", "vit-b:three"] {
      #expect(refusal(text) == "\(text): expected 2 to 8 bits behind the colon")
    }
    #expect(refusal("deit-s:3", ArchitectureDimensions(bits: 4)).contains("4 bits beside"))
    #expect(refusal("deit-s:3", ArchitectureDimensions(bits: 3)).hasPrefix("found"))
    #expect(refusal("deit-s", ArchitectureDimensions(width: 100)).contains("multiple of 64"))
    #expect(
      refusal("m.onnx", ArchitectureDimensions(depth: 2)).contains("--depth is for architectures")
    )
    let demo = refusal("demo:3", ArchitectureDimensions(bits: 3))
    #expect(demo.contains("--bits is for architectures"))
    for text in ["", "integer:", "recorded:"] {
      #expect(refusal(text).contains("expected the name of a model"), "\(refusal(text))")
    }
  }

  @Test("the demo and architectures open without files; what was stored with a plan gives it")
  func opens() throws {
    let demo = try ModelSource("demo:2").open()
    #expect(try demo.model().format == .packed)
    #expect(try demo.plan() == nil)
    let dimensions = ArchitectureDimensions(imageSize: 32, depth: 1, width: 64)
    let architecture = try ModelSource("deit-t:3", dimensions: dimensions).open()
    #expect(try architecture.model().description.notes.contains { $0.contains("random weights") })
    let program = try architecture.program(ProgramOptions(.integerOnly))
    #expect(program.integerOnly?.calibrationCount == 4)
    let path = folder.path("planned.intaglio")
    try program.model.saveWithPlan(to: path)
    let saved = try ModelSource(path).open()
    #expect(try saved.plan() != nil)
    #expect(try saved.choose(nil).arithmetic == .integerOnly)
    #expect(throws: ModelSourceError.configured(name: "demo:2", configuration: "c.json")) {
      try ModelSource("demo:2").open(configuration: "c.json")
    }
    #expect(throws: ModelSourceError.record(name: "recorded:x.safetensors")) {
      try ModelSource("recorded:x.safetensors").open()
    }
    let error = #expect(throws: ModelSourceError.self) { try ModelSource("diet-s").open() }
    #expect("\(error as Any)".contains("did you mean 'deit-s'?"))
  }

  @Test("what runs is what was asked for; without a wish integers where all of it can be on them")
  func chooses() throws {
    let quantized = try ModelSource(try Checkpoint.calibrated.write(to: folder)).open()
    for arithmetic in Arithmetic.allCases {
      let chosen = try quantized.choose(arithmetic)
      #expect(chosen.arithmetic == arithmetic && chosen.note == nil)
      let isSame = chosen.program.graph.live.count == chosen.model.graph.live.count
      #expect(arithmetic.isInteger || isSame)
    }
    #expect(try quantized.choose(nil).arithmetic == .integer)
    let other = try TemporaryFolder()
    let float = try ModelSource(Checkpoint.timm.write(to: other)).open()
    let chosen = try float.choose(nil)
    #expect(chosen.arithmetic == .float32)
    #expect(chosen.note?.contains("running in float32") == true)
    for arithmetic in [Arithmetic.integer, .integerOnly] {
      #expect(throws: ProgramError.self) { try float.choose(arithmetic) }
    }
  }
}
