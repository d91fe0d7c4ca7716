import Foundation
import IntaglioTestSupport
import Testing

import Intaglio

/// Models with the number of images of a pass baked in.
@Suite("A model of a fixed batch", .enabled(if: SharedData.isWanted, "no shared data"))
struct FixedBatchTests {
  private let intaglio: Executable
  private let folder: TemporaryFolder

  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
  }

  @Test("takes any number of images, each with the answer that it has alone")
  func evaluate() throws {
    guard let fixed = SharedData.path("cases/fixed_batch/model.onnx") else { return }
    let model = try Model(contentsOf: fixed)
    for kind in [Arithmetic.float32, .oracle, .integer] {
      let graph = kind == .integer ? try model.integerized().model.graph : model.graph
      let engine = try Engine(.graph(graph), arithmetic: kind, threads: 2)
      #expect(engine.output.batch == 4)
      let (count, size) = (7, engine.inputCount)
      let samples = RandomImages.draw(count, size: size, seed: 3)
      let together = try engine.logits(samples, count: count)
      let alone = try (0..<count).flatMap { index in
        try engine.logits(Array(samples[index * size..<(index + 1) * size]), count: 1)
      }
      #expect(together.count == count * engine.outputCount && together.count == alone.count)
      #expect(zip(together, alone).allSatisfy { ($0 - $1).magnitude < 1e-4 })
    }
  }

  @Test("counts each image once when it is compared, whatever the number")
  func compare() throws {
    guard let fixed = SharedData.path("cases/fixed_batch"),
      let single = SharedData.path("cases/baseline")
    else { return }
    func codes(_ folder: String) throws -> [String: Int] {
      let model = "\(folder)/model.onnx"
      let run = try intaglio.run(
        [
          "compare", "oracle:\(model)", model, "--data", "\(folder)/images", "--limit", "5",
          "--json",
        ]
      )
      let layers = try #require(try run.json()["layers"] as? [[String: Any]], "\(run.errors)")
      return Dictionary(
        layers.map { ($0["name"] as? String ?? "", $0["elements"] as? Int ?? 0) },
        uniquingKeysWith: +
      )
    }
    #expect(try codes(fixed) == codes(single))
    let run = try intaglio.run(
      ["evaluate", "\(fixed)/model.onnx", "--data", "\(fixed)/images", "--layers", "--json"]
    )
    let layers = try #require(try run.json()["layers"] as? [[String: Any]], "\(run.errors)")
    // 4 images of 3 × 16 × 16.
    #expect(layers.first?["codes"] as? Int == 4 * 3 * 256)
  }

  @Test("is calibrated on images, which are counted as images")
  func calibration() throws {
    guard let fixed = SharedData.path("cases/fixed_batch") else { return }
    let run = try intaglio.run(
      [
        "integerize", "\(fixed)/model.onnx", "-o", folder.path("out"), "--json",
        "--nonlinear", "integer", "--calibration", "\(fixed)/images", "--calibration-limit", "6",
      ]
    )
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try #require(try run.json()["nonlinear"] as? [String: Any])
    #expect(report["calibrationImages"] as? Int == 6)
  }
}
