import Foundation
import Intaglio
import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("The command 'compare'")
struct CompareCommandTests {
  private let intaglio: Executable
  private let small: SmallComparison

  init() throws {
    intaglio = try Executable()
    small = try SmallComparison()
  }

  private func run(_ sides: [String], _ options: String...) throws -> Executable.Run {
    let data = ["--data", small.folder.path("data")]
    return try intaglio.run(["compare"] + sides + data + options, in: small.folder)
  }

  @Test("JSON has every key, and null where a side has no answer")
  func json() throws {
    let run = try run(["oracle:\(small.path)", small.path], "--limit", "2", "--json")
    #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
    let report = try run.json()
    #expect(report["images"] as? Int == 2)
    for key in ["top1", "agreement", "codes", "a", "b"] {
      #expect(report[key] is [String: Any], "\(key)")
    }
    #expect((report["top1"] as? [String: Any])?.keys.sorted() == ["a", "b"])
    #expect((report["agreement"] as? [String: Double])?["top1"] == 1)
    let codes = try #require(report["codes"] as? [String: Int])
    #expect(codes["changed"] == 0 && codes["compared"].map { $0 > 0 } == true)
    #expect(report["firstDivergingLayer"] is NSNull && report["firstFaultyLayer"] is NSNull)
    #expect(report["threshold"] as? Double == 60)
    let layers = try #require(report["layers"] as? [[String: Any]])
    for layer in layers {
      #expect(layer["name"] is String && layer["kind"] is String && layer["elements"] is Int)
      #expect(layer["maxError"] is Double)
      let saturated = try #require(layer["saturated"] as? [String: Any])
      #expect(saturated.keys.sorted() == ["a", "b"])
      let ratio = try #require(layer["sqnr"] as? [String: Any])
      #expect(ratio.keys.sorted() == ["cumulative", "local"])
      let isCode = layer["changed"] is Int
      #expect(isCode == (saturated["b"] is Int), "\(layer)")
      if isCode { #expect(ratio["local"] as? String == "exact", "\(layer)") }
    }
    let compared = layers.filter { $0["changed"] is Int }
    #expect(compared.reduce(0) { $0 + ($1["elements"] as? Int ?? 0) } == codes["compared"])
  }

  @Test("a packed program that was damaged is found, in JSON and in words")
  func damaged() throws {
    let name = "blocks.1.attn.v_act"
    let program = try small.model.integerized().model
    let damaged = try program.replacing { operation, found in
      guard found == name, case .requantize(let old) = operation else { return operation }
      return .requantize(
        Requantizer(
          old.type,
          multiplier: old.multiplier.map { $0 + $0 },
          offset: old.offset,
          zeroPoint: old.zeroPoint
        )
      )
    }
    let (sound, broken) = (small.folder.path("sound"), small.folder.path("broken"))
    try program.save(to: sound)
    try damaged.save(to: broken)
    for other in ["oracle:\(small.path)", small.path, sound] {
      let report = try run([other, broken], "--json").json()
      #expect(report["firstDivergingLayer"] as? String == name, "\(other)")
      #expect(report["firstFaultyLayer"] as? String == name, "\(other)")
      let layers = try #require(report["layers"] as? [[String: Any]])
      let layer = try #require(layers.first { $0["name"] as? String == name })
      #expect(layer["isInSteps"] as? Bool == (other == sound))
    }
    let text = try run([sound, broken])
    #expect(text.exitCode == 0)
    #expect(text.output.contains("First diverging layer: \(name) (requantize)"), "\(text.output)")
  }

  @Test("a record is written as it is read, and the page stands by itself")
  func files() throws {
    let (record, page) = (small.folder.path("r.safetensors"), small.folder.path("r.html"))
    let first = try run(
      [small.path, "oracle:\(small.path)"],
      "--record",
      record,
      "--report",
      page,
      "--limit",
      "2"
    )
    #expect(first.exitCode == 0, "\(first.errors)")
    let html = String(decoding: try small.folder.bytes("r.html"), as: UTF8.self)
    #expect(html.contains("<svg") && html.contains("blocks.0.attn.v_act"))
    #expect(!html.contains("http") && !html.contains("<script"))
    let found = try SafetensorsFile(contentsOf: record)
    #expect(try found.tensor(named: "head.act.codes").shape == [2, 16])
    #expect(try found.tensor(named: "logits").shape == [2, 5])

    let report = try run([record, small.path], "--json").json()
    #expect(report["images"] as? Int == 2, "as many as are recorded")
    #expect((report["codes"] as? [String: Int])?["changed"] == 0)
    #expect((report["a"] as? [String: String])?["kind"] == "recorded")
    let one = try run([record, small.path], "--json", "--limit", "1").json()
    #expect(one["images"] as? Int == 1)
  }

  @Test("NaN is told in JSON and in words, and nothing traps")
  func notANumber() throws {
    let broken = small.folder.path("nan.intaglio")
    try small.model.poisoning("blocks.0.norm2.weight", at: 0, with: .nan).save(to: broken)
    let run = try run([small.path, "oracle:\(broken)"], "--json")
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try run.json()
    #expect((report["firstDivergingLayer"] as? String)?.hasPrefix("blocks.0.norm2") == true)
    #expect((report["stops"] as? [Any])?.count == 3)
    #expect((report["top1"] as? [String: Any])?["b"] is NSNull)
    let text = try self.run([small.path, "oracle:\(broken)"]).output
    #expect(text.contains("b stops at image #0: quantize: expected a number, found NaN"), "\(text)")
    #expect(text.contains("nan in b, first at element 0 of image #0"), "\(text)")
  }

  @Test("an image too many for a record is refused by the library too")
  func shortRecord() throws {
    let path = small.folder.path("r.safetensors")
    let side = try ComparisonSide(small.model)
    try side.record(small.data.select(0..<2), to: path, threads: 1)
    let comparison = try LayerwiseComparison(
      try ComparisonSide(ModelSource(path)),
      side,
      threads: 1
    )
    #expect(try comparison.recordedPart(of: small.data).count == 2)
    #expect(throws: ComparisonSideError.self) { try comparison.run(small.data) }
  }
}
