import IntaglioData
import IntaglioImport
import IntaglioTestSupport
import Testing

@Suite("Files of models")
struct ModelFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func message(_ path: String) -> String {
    let error = #expect(throws: ImportError.self) { try ModelFile.read(path: path) }
    return error.map(\.description) ?? ""
  }

  @Test("the content decides, not the name")
  func recognition() throws {
    let timm = try Checkpoint.timm.write(to: folder, name: "vit.onnx")
    #expect(try ModelFile(path: timm).format == .timm)
    let qvit = try Checkpoint.qvit.write(to: folder, name: "qvit")
    #expect(try ModelFile(path: qvit).format == .qvit)
    let packed = folder.path("packed")
    try SafetensorsFile.write([], metadata: [PackedFormat.versionKey: "1"], to: packed)
    #expect(try ModelFile(path: packed).format == .packed)
  }

  @Test("what is no model is named with what was expected")
  func unknown() throws {
    #expect(message(try folder.file("empty", [])).contains("found an empty file"))
    #expect(message(try folder.file("text", Array("hello".utf8))).contains("ONNX model"))
    #expect(message(try folder.file("zip", Array("PK\u{3}\u{4}".utf8))).contains("zip archive"))
    #expect(message(folder.path("absent")).contains("absent"))
    #expect(message(folder.path).contains("folder"))
    try SafetensorsFile.write([], to: folder.path("none"))
    #expect(message(folder.path("none")).contains("found no tensors"))
  }

  @Test("a checkpoint cut short anywhere is refused")
  func truncations() throws {
    var checkpoint = Checkpoint.qvit
    checkpoint.shapes = checkpoint.shapes.filter { !$0.key.hasPrefix("blocks.1.") }
    let path = try checkpoint.write(to: folder)
    #expect(throws: Never.self) { try ModelFile.read(path: path) }
    let bytes = try folder.bytes("vit.safetensors")
    // Every byte of the header and around it; then the data in steps.
    let lengths = Array(0..<9_000) + Array(stride(from: 9_000, to: bytes.count, by: 97))
    for length in lengths where length < bytes.count {
      let cut = try folder.file("cut.safetensors", Array(bytes.prefix(length)))
      #expect(throws: ImportError.self, "\(length) bytes") { try ModelFile.read(path: cut) }
    }
  }

  @Test("a configuration may be named")
  func explicitConfiguration() throws {
    let path = try Checkpoint.timm.write(to: folder)
    let file = try folder.file("other.json", Array(#"{"num_heads": 4}"#.utf8))
    #expect(throws: ImportError.self) { try ModelFile.read(path: path, configuration: file) }
    let missing = folder.path("missing.json")
    #expect(throws: ImportError.self) { try ModelFile.read(path: path, configuration: missing) }
  }
}
