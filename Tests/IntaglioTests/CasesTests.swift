import Foundation
import IntaglioTestSupport
import Testing

/// Small models of situations that people report, beside the project.
@Suite("Reported situations", .enabled(if: SharedData.isWanted, "no shared data"))
struct CasesTests {
  private let intaglio: Executable
  private let folder: TemporaryFolder

  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
  }

  @Test(
    "every image is classified as its label says",
    arguments: [
      "baseline", "gqa_broadcast", "int4_odd", "opset11", "qdq_mismatched", "clip_one_sided",
      "clip_between_q_and_dq",
      "saturated_bias", "weight_forms", "per_channel_activations", "attention_mask_add",
      "attention_mask_min", "gated_functions_relu6", "gemm_beta1", "quantized_io_out",
      "constant_arithmetic_concat", "empty_tensors_registers", "hf_dynamic_axes",
      "dequantize_in_steps_activations", "constant_arithmetic_mul", "gemm_alpha_bias2d",
      "gemm_floatbias", "attention_mask_where",
    ]
  )
  func agrees(name: String) throws {
    guard let path = SharedData.path("cases/\(name)") else { return }
    let data = ["--data", "\(path)/images", "--json"]
    let run = try intaglio.run(["evaluate", "\(path)/model.onnx"] + data)
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try run.json()
    #expect(report["top1"] as? Double == 1)
    let engine = name == "per_channel_activations" ? "float32" : "integer"
    #expect(report["engine"] as? String == engine)
  }

  @Test("scales per channel run on integers when they are absorbed")
  func absorbed() throws {
    guard let path = SharedData.path("cases/per_channel_activations") else { return }
    let saved = folder.path("absorbed.intaglio")
    let model = ["integerize", "\(path)/model.onnx", "--absorb-scales", "-o", saved]
    let saving = try intaglio.run(model)
    #expect(saving.exitCode == 0, "\(saving.errors)")
    let run = try intaglio.run(["evaluate", saved, "--data", "\(path)/images", "--json"])
    #expect(try run.json()["top1"] as? Double == 1)
  }

  @Test(
    "nothing but integers gives the same answers",
    arguments: [
      "empty_tensors_registers", "dequantize_in_steps_activations", "constant_arithmetic_mul",
      "gemm_alpha_bias2d", "gemm_floatbias", "attention_mask_where", "attention_mask_quant",
      "attention_mask_quantwhere", "gated_functions_quickgelu", "dequantize_in_steps_both",
      "fakequant_round", "local_functions", "clip_between_q_and_dq",
    ]
  )
  func integerOnly(name: String) throws {
    guard let path = SharedData.path("cases/\(name)") else { return }
    let saved = folder.path("\(name).intaglio")
    let options = ["--nonlinear", "integer", "--calibration", "\(path)/images", "-o", saved]
    let saving = try intaglio.run(["integerize", "\(path)/model.onnx"] + options)
    #expect(saving.exitCode == 0, "\(saving.errors)")
    let run = try intaglio.run(["evaluate", saved, "--data", "\(path)/images", "--json"])
    #expect(try run.json()["top1"] as? Double == 1, "\(run.errors)")
  }

  /// A folder, further options, and what the message says.
  struct Refusal: CustomTestStringConvertible, Sendable {
    let name: String
    let isIntegerOnly: Bool
    let parts: [String]
    var testDescription: String { name }

    init(_ name: String, integerOnly: Bool = false, says parts: String...) {
      self.name = name
      self.isIntegerOnly = integerOnly
      self.parts = parts
    }
  }

  @Test(
    "what is refused is refused for the right reason",
    arguments: [Refusal("lfs_pointer", says: "Git LFS pointer", "git lfs pull")]
  )
  func refuses(case refusal: Refusal) throws {
    guard let path = SharedData.path("cases/\(refusal.name)") else { return }
    let integers = ["--nonlinear", "integer", "--calibration", "\(path)/images"]
    let options = (refusal.isIntegerOnly ? integers : []) + ["-o", folder.path("out")]
    let run = try intaglio.run(["integerize", "\(path)/model.onnx"] + options)
    #expect(run.exitCode.map { $0 != 0 } == true)
    for part in refusal.parts {
      #expect((run.errors + run.output).contains(part), "\(run.errors)\(run.output)")
    }
    #expect(try folder.names() == [])
  }

  @Test("a model and its data as Hugging Face's cache keeps them are read through their links")
  func cache() throws {
    guard let path = SharedData.path("cases/hf_cache_symlink") else { return }
    let files = FileManager.default
    let (snapshot, blobs) = (folder.path("snapshots/1"), folder.path("blobs"))
    for folder in [snapshot, blobs] {
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    for name in ["model.onnx", "model.onnx_data", "config.json"] {
      try files.copyItem(atPath: "\(path)/plain/\(name)", toPath: "\(blobs)/of-\(name)")
      try files.createSymbolicLink(
        atPath: "\(snapshot)/\(name)",
        withDestinationPath: "../../blobs/of-\(name)"
      )
    }
    let data = ["--data", "\(path)/images", "--json"]
    let run = try intaglio.run(["evaluate", "\(snapshot)/model.onnx"] + data)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(try run.json()["top1"] as? Double == 1)
  }

  @Test("a Range of 2²⁷ numbers in a hundred bytes is refused")
  func range() throws {
    guard let path = SharedData.path("cases/damaged/range27.onnx") else { return }
    let run = try intaglio.run(["inspect", path])
    #expect(run.exitCode == 1 && run.errors.contains("a finite range of at most"))
  }
}
