import Foundation
import IntaglioTestSupport
import Testing

/// What the executable does with input that is wrong: a message, never a trap or half a file.
@Suite("Input that is wrong")
struct BadInputTests {
  @Test(
    "is refused by name, and nothing is left behind",
    arguments: BadModels.all + BadData.all + BadComparisons.all
  )
  func refused(input: BadInput) throws {
    let folder = try TemporaryFolder()
    let arguments = try input.prepare(folder)
    let before = try folder.contents()
    let run = try Executable().run(arguments, in: folder)
    #expect(run.exitCode == 1, "\(run.errors)")
    #expect(run.output.isEmpty, "\(run.output)")
    #expect(run.errors.hasPrefix("Error: "), "\(run.errors)")
    for part in input.says { #expect(run.errors.contains(part), "\(run.errors)") }
    #expect(try folder.contents() == before)
  }

  @Test(
    "output that cannot be written is refused by name, and nothing is left behind",
    arguments: ["integerize", "pack"],
    ["gone/out", "vit.safetensors/out", "folder", "/proc/out"]
  )
  func unwritable(command: String, output: String) throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.qvit.write(to: folder)
    _ = try folder.subfolder("folder")
    let before = try folder.contents()
    let run = try Executable().run([command, model, "-o", output], in: folder)
    #expect(run.exitCode == 1, "\(run.errors)")
    #expect(run.output.isEmpty, "\(run.output)")
    #expect(run.errors.contains(output), "\(run.errors)")
    #expect(try folder.contents() == before)
  }

  @Test("a model over an old output leaves the old one when it is refused")
  func keepsOldOutput() throws {
    let folder = try TemporaryFolder()
    let model = try ONNXTestModel.write(to: folder) { _ in }
    let first = try Executable().run(["integerize", model, "-o", "out"], in: folder)
    #expect(first.exitCode == 0, "\(first.errors)")
    let old = try folder.bytes("out")
    _ = try folder.truncate("model.onnx", to: 0.5)
    let second = try Executable().run(["integerize", model, "-o", "out"], in: folder)
    #expect(second.exitCode == 1)
    #expect(try folder.bytes("out") == old)
    #expect(try folder.names() == ["model.onnx", "out"])
  }
}
