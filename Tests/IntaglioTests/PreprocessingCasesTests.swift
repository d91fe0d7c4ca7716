import IntaglioTestSupport
import Testing

/// Situations that people report, about labels, sizes and settings of images, on the command line.
@Suite("Reported situations of images", .enabled(if: SharedData.isWanted, "no shared data"))
struct PreprocessingCasesTests {
  private let intaglio: Executable

  init() throws { intaglio = try Executable() }

  private func evaluate(
    _ name: String,
    _ data: String,
    _ more: [String] = []
  ) throws -> Executable.Run? {
    guard let folder = SharedData.path("cases/\(name)") else { return nil }
    let arguments = ["evaluate", "\(folder)/model.onnx", "--data", "\(folder)/\(data)", "--json"]
    return try intaglio.run(arguments + more.map { $0.hasSuffix("json") ? "\(folder)/\($0)" : $0 })
  }

  @Test(
    "are answered right",
    arguments: [
      ("folder_classes", "flat", []), ("folder_classes", "some", []),
      ("folder_classes", "by_name", []), ("folder_classes", "some_classes_txt", []),
      ("swapped_sides", "upright", []), ("hf_configs", "images", []),
      ("hf_configs", "images", ["--config", "by_hand.json"]),
      ("hf_configs", "images16", ["--config", "no_normalize.json"]),
      ("mean_of_255", "images", []), ("baseline", "images", []),
    ] as [(String, String, [String])]
  )
  func right(name: String, data: String, more: [String]) throws {
    guard let run = try evaluate(name, data, more) else { return }
    // Nothing but what was taken from a convention or read in another unit.
    let isQuiet = run.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("note: ") }
    #expect(run.exitCode == 0 && isQuiet, "\(run.errors)")
    #expect(run.errors.contains("0…255") == (name == "mean_of_255"), "\(run.errors)")
    #expect(try run.json()["top1"] as? Double == 1)
  }

  @Test(
    "agree with the logits that ONNX Runtime gives",
    arguments: [
      ("hf_configs", "images", "logits.npy", []),
      ("hf_configs", "images16", "logits_raw.npy", ["--config", "no_normalize.json"]),
      ("mean_of_255", "images", "logits.npy", []), ("swapped_sides", "upright", "logits.npy", []),
    ] as [(String, String, String, [String])]
  )
  func logits(name: String, data: String, logits: String, more: [String]) throws {
    guard let golden = SharedData.path("cases/\(name)/\(logits)") else { return }
    guard let run = try evaluate(name, data, more + ["--against", golden]) else { return }
    let agreement = try #require(try run.json()["agreement"] as? [String: Any])
    #expect(agreement["top1"] as? Double == 1)
    #expect((agreement["maxAbsLogit"] as? Double).map { $0 < 1e-4 } == true)
  }

  @Test("of images that lie where the model stands are refused with both sizes")
  func lying() throws {
    guard let run = try evaluate("swapped_sides", "lying") else { return }
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(run.errors.contains("[3, 32, 16]") && run.errors.contains("[3, 16, 32]"))
  }

  @Test("of damaged settings and images are refused by name, and do not trap")
  func damaged() throws {
    guard let folder = SharedData.path("cases/damaged") else { return }
    let (image, metadata) = ("\(folder)/img.npy", "\(folder)/crop-metadata.safetensors")
    for (arguments, says) in [
      (["run", metadata, image], "crop_pct"),
      (["run", metadata, "--config", "\(folder)/crop.json", image], "crop.json: crop_pct"),
      (["run", "\(folder)/q.intaglio", "\(folder)/nhwc.npy"], "[1, 8, 8, 3]"),
      (["run", "\(folder)/q.intaglio", "\(folder)/jbomb.jpg"], "jbomb.jpg"),
    ] {
      let run = try intaglio.run(arguments)
      #expect(run.exitCode == 1 && run.output.isEmpty, "\(arguments)")
      #expect(run.errors.contains(says), "\(run.errors)")
    }
  }

  @Test("of arrays with the channels last are named as such")
  func channelsLast() throws {
    guard let folder = SharedData.path("cases/damaged") else { return }
    let temporary = try TemporaryFolder()
    let text = """
      {"num_heads": 2, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "crop_pct": 1}
      """
    // The metadata hold a crop that is refused; the file that is named goes first.
    let crop = try temporary.file("c.json", Array(text.utf8))
    let model = "\(folder)/crop-metadata.safetensors"
    let run = try intaglio.run(["run", model, "--config", crop, "\(folder)/nhwc.npy"])
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("channels stand last"), "\(run.errors)")
  }
}
