import IntaglioTestSupport
import Testing

@Suite("intaglio export")
struct ExportCommandTests {
  private let intaglio: Executable
  private let folder: TemporaryFolder

  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
  }

  @Test("the demo as C and as integer ONNX, by the name of the file")
  func demo() throws {
    for (name, format) in [("demo.c", "c"), ("demo.integer.onnx", "integer")] {
      let path = folder.path(name)
      let report = try intaglio.run(["export", "demo:2", "-o", path, "--json"]).json()
      #expect(report["format"] as? String == format)
      #expect(report["bytes"] as? Int == (try folder.bytes(name).count))
    }
    let text = String(decoding: try folder.bytes("demo.c"), as: UTF8.self)
    #expect(text.contains("int model_run(const uint8_t *pixels, int32_t *logits);"))
  }

  @Test("a graph with quantizers as QDQ and QONNX; a program is neither")
  func graphs() throws {
    for name in ["demo.qdq.onnx", "demo.qonnx.onnx"] {
      let run = try intaglio.run(["export", "demo:3", "-o", folder.path(name)])
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    let program = folder.path("program.intaglio")
    _ = try intaglio.run(["integerize", "integer-only:demo:2", "-o", program])
    let run = try intaglio.run(["export", program, "-o", folder.path("wrong.qdq.onnx")])
    #expect(run.exitCode == 1 && run.errors.contains("has no form in ONNX"), "\(run.errors)")
  }

  @Test("a name that says no format is wrong usage")
  func names() throws {
    let run = try intaglio.run(["export", "demo:2", "-o", folder.path("demo.bin")])
    #expect(run.exitCode == 64 && run.errors.contains("--format"), "\(run.errors)")
  }
}
