import Foundation
import IntaglioTestSupport
import Testing

@Suite("intaglio quantize")
struct QuantizeCommandTests {
  @Test("a float checkpoint becomes an integer-only program that runs, the same each time")
  func quantizes() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.writeImages(24)
    let executable = try Executable()
    let arguments = [
      "quantize", model, "--calibration", data, "--data", data, "--calibration-every", "3",
    ]
    let first = try executable.run(
      arguments + [
        "--weights", "4", "--activations", "4", "-o", folder.path("a.intaglio"), "--json",
      ]
    )
    #expect(first.exitCode == 0, "\(first.errors)")
    #expect(first.output.contains("\"divergence\""))
    let second = try executable.run(
      arguments + [
        "--weights", "4", "--activations", "4", "-o", folder.path("b.intaglio"), "--threads", "1",
      ]
    )
    #expect(second.exitCode == 0, "\(second.errors)")
    #expect(second.output.contains("16 images: top-1"), "the other two of three judge")
    let (a, b) = (
      try Data(contentsOf: URL(fileURLWithPath: folder.path("a.intaglio"))),
      try Data(contentsOf: URL(fileURLWithPath: folder.path("b.intaglio")))
    )
    #expect(a == b)
    let run = try executable.run(["evaluate", folder.path("a.intaglio"), "--data", data])
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  @Test("what cannot be is refused in one line, and nothing is written")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let quantized = try Checkpoint.calibrated.write(to: folder, name: "q.safetensors")
    let data = try folder.writeImages(6)
    let empty = folder.path("empty")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    let executable = try Executable()
    let output = folder.path("out.intaglio")
    for (arguments, words) in [
      ([quantized, "--calibration", data], "quantized already"),
      ([model, "--calibration", empty], "empty"),
      ([model, "--calibration", folder.path("nowhere")], "nowhere"),
      ([model, "--calibration", data, "--weights", "9"], "--weights"),
      ([model, "--calibration", data, "--activations", "1"], "--activations"),
      ([model, "--calibration", data, "--without", "magic"], "magic"),
    ] {
      let run = try executable.run(["quantize"] + arguments + ["-o", output])
      #expect(run.exitCode != 0 && run.exitCode != nil, "\(arguments)")
      #expect(run.errors.contains(words), "\(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }
}
