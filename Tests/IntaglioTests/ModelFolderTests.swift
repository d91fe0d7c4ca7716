import Foundation
import Intaglio
import IntaglioTestSupport
import Testing

/// Folders as model hubs lay them out.
@Suite("A model folder")
struct ModelFolderTests {
  let folder: TemporaryFolder
  let intaglio: Executable

  init() throws { (folder, intaglio) = (try TemporaryFolder(), try Executable()) }

  /// What opening the folder is refused with.
  private func refusal() -> String {
    do { return "found \(try ModelSource(folder.path).open().source)" } catch { return "\(error)" }
  }

  @Test("opens the model in it, with the settings of its config.json", arguments: ["", "/"])
  func opens(slash: String) throws {
    _ = try Checkpoint.qvit.write(to: folder, name: "model.safetensors")
    try folder.file("readme.md", [])
    let model = try ModelSource("integer:" + folder.path + slash).open().model()
    #expect(model.format == .qvit && model.path.hasSuffix("/model.safetensors"))
    #expect(model.description.preprocessing != nil)
    let run = try intaglio.run(["inspect", folder.path + slash, "--json"])
    #expect(try run.json()["model"] as? String == "\(folder.path)/model.safetensors")
  }

  @Test("prefers the names of hubs, takes another when it is the only one, and asks when it is not")
  func names() throws {
    _ = try Checkpoint.qvit.write(to: folder, name: "vit.safetensors")
    #expect(refusal() == "found \(folder.path)")
    try folder.file("other.onnx", [8, 7])
    #expect(refusal().hasSuffix("with 2 models; name one of them: other.onnx, vit.safetensors"))
    _ = try Checkpoint.qvit.write(to: folder, name: "model.safetensors")
    #expect(refusal() == "found \(folder.path)")
  }

  @Test(
    "weights that are not read are refused with the reason",
    arguments: [
      ("tf_model.h5", "TensorFlow"), ("flax_model.msgpack", "Flax"),
    ]
  )
  func others(name: String, reason: String) throws {
    try folder.file("config.json", Array("{}".utf8))
    #expect(refusal().contains("expected model.safetensors, "))
    try folder.file(name, [1])
    let message = refusal()
    #expect(message.contains("found \(name)") && message.contains(reason), "\(message)")
    let run = try intaglio.run(["inspect", folder.path])
    #expect(run.exitCode == 1 && run.errors.contains(reason), "\(run.errors)")
  }

  @Test("is found in Hugging Face's cache, through its links")
  func cache() throws {
    let path = try Checkpoint.timm.write(to: folder, name: "weights")
    let cache = try folder.subfolder("models--me--vit")
    let files = FileManager.default
    for part in ["blobs", "refs", "snapshots/0a1b"] {
      try files.createDirectory(atPath: "\(cache)/\(part)", withIntermediateDirectories: true)
    }
    try files.moveItem(atPath: path, toPath: "\(cache)/blobs/ff00")
    try files.moveItem(atPath: folder.path("vit.json"), toPath: "\(cache)/blobs/ff01")
    try Data("0a1b".utf8).write(to: URL(fileURLWithPath: "\(cache)/refs/main"))
    for (name, blob) in [("model.safetensors", "ff00"), ("config.json", "ff01")] {
      try files.createSymbolicLink(
        atPath: "\(cache)/snapshots/0a1b/\(name)",
        withDestinationPath: "../../blobs/\(blob)"
      )
    }
    for name in [cache, "\(cache)/snapshots/0a1b", "\(cache)/snapshots/0a1b/model.safetensors"] {
      #expect(try ModelSource(name).open().model().format == .timm, "\(name)")
    }
  }

  @Test("without config.json it is none; the model in it is named")
  func noConfiguration() throws {
    #expect(refusal().contains("expected a model file"))
    try folder.file("vit.onnx", [8, 7])
    #expect(refusal().hasSuffix("name the file in it: vit.onnx"))
  }
}
