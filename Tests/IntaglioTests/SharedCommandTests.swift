import Foundation
import IntaglioTestSupport
import Testing

/// The command line on the checkpoints beside the project.
@Suite("The command line on checkpoints", .enabled(if: SharedData.isWanted, "no shared data"))
struct SharedCommandTests {
  private let intaglio: Executable
  private let folder: TemporaryFolder

  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
  }

  private func model(_ name: String) -> String? {
    SharedData.path("fixtures/\(name)/model.safetensors")
  }

  @Test("integerize reports every multiplication and the size of what it wrote")
  func integerize() throws {
    guard let model = model("qvit-fmnist-w3a3") else { return }
    let run = try intaglio.run(["integerize", model, "-o", "out", "--json"], in: folder)
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try run.json()
    let matmuls = try #require(report["matmuls"] as? [String: Any])
    #expect(matmuls["total"] as? Int == 26 && matmuls["integer"] as? Int == 26)
    #expect((matmuls["blocked"] as? [Any])?.isEmpty == true)
    #expect(report["bytes"] as? Int == (try folder.bytes("out").count))
  }

  @Test("a scale per channel exits with 3, names node and reason, and writes nothing")
  func blocked() throws {
    guard let model = model("qvit-fmnist-w3a3-perchannel") else { return }
    let run = try intaglio.run(["integerize", model, "-o", "out", "--json"], in: folder)
    #expect(run.exitCode == 3)
    #expect(try folder.names() == [])
    #expect(run.errors.contains("17 of 26"))
    let report = try run.json()
    #expect(report["output"] == nil && report["bytes"] as? Int == 0)
    let matmuls = try #require(report["matmuls"] as? [String: Any])
    let blocked = try #require(matmuls["blocked"] as? [[String: String]])
    #expect(blocked.count == 17)
    for entry in blocked {
      let node = try #require(entry["node"])
      #expect(entry["reason"]?.contains("\(node).act has") == true)
      #expect(entry["reason"]?.contains("the contraction axis") == true)
    }
  }

  @Test(
    "a scale per channel is saved when floats or bounds are allowed",
    arguments: ["--allow-float", "--absorb-scales"]
  )
  func allowed(flag: String) throws {
    guard let model = model("qvit-fmnist-w3a3-perchannel") else { return }
    let run = try intaglio.run(["integerize", model, "-o", "out", flag, "--json"], in: folder)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(try folder.names() == ["out"])
    let matmuls = try #require(try run.json()["matmuls"] as? [String: Any])
    #expect(matmuls["integer"] as? Int == (flag == "--allow-float" ? 9 : 26))
    #expect(matmuls["bounded"] as? Int == (flag == "--allow-float" ? 0 : 17))
  }

  @Test("evaluate reports accuracy, agreement with the oracle and speed")
  func evaluate() throws {
    guard let model = model("qvit-fmnist-w3a3"), let data = SharedData.path("data/fashion-mnist")
    else { return }
    let options = ["--data", data, "--limit", "8", "--against", "oracle", "--json"]
    let run = try intaglio.run(["evaluate", model] + options, in: folder)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.errors.isEmpty, "no progress where nobody watches")
    let report = try run.json()
    #expect(report["images"] as? Int == 8)
    #expect(report["engine"] as? String == "integer")
    let (top1, top5) = (report["top1"] as? Double ?? -1, report["top5"] as? Double ?? -1)
    #expect(0 <= top1 && top1 <= top5 && top5 <= 1)
    let interval = try #require(report["ci95"] as? [Double])
    #expect(interval.count == 2 && interval[0] <= top1 && top1 <= interval[1])
    #expect((report["imagesPerSecond"] as? Double).map { $0 > 0 } == true)
    let agreement = try #require(report["agreement"] as? [String: Any])
    #expect(agreement["top1"] as? Double == 1)
    #expect((agreement["codes"] as? Double).map { $0 > 0.9999 } == true)
    #expect((agreement["maxAbsLogit"] as? Double).map { $0 < 0.1 } == true)
  }
}
