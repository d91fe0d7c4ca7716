import Foundation
import Intaglio
import IntaglioData
import IntaglioGraph
import IntaglioNumerics
import IntaglioReports
import IntaglioTestSupport
import Testing

@Suite("ComparisonReport")
struct ComparisonReportTests {
  private let folder: TemporaryFolder
  private let data: DataSet

  init() throws {
    folder = try TemporaryFolder()
    data = try DataSet.open(directory: folder.writeImages(2))
  }

  /// The checkpoint in float32 beside the same in integers, a constant of it set anew.
  private func report(
    _ constant: String? = nil,
    _ value: Float = 0,
    notes: [String] = []
  ) throws -> ComparisonReport {
    var changed = Checkpoint.calibrated
    if let constant, let shape = changed.shapes[constant] {
      changed.set(constant, Array(repeating: value, count: shape.reduce(1, *)))
    }
    let models = try [("a.safetensors", Checkpoint.calibrated), ("b.safetensors", changed)].map {
      try Model(contentsOf: $1.write(to: folder, name: $0))
    }
    let a = try ComparisonSide(models[0], arithmetic: .oracle)
    let b = try ComparisonSide(models[1], arithmetic: .oracle)
    let result = try LayerwiseComparison(a, b, threads: 1).run(data)
    return ComparisonReport(result, a: a, b: b, threshold: nil, notes: notes)
  }

  @Test("the JSON has these keys, null where nothing diverges")
  func json() throws {
    let report = try report(notes: ["a note"])
    let layer = [
      "changed", "changedLocally", "elements", "isInSteps", "kind", "maxError", "name",
      "notFinite.a", "notFinite.b", "saturated.a", "saturated.b", "sqnr.cumulative", "sqnr.local",
    ]
    let others = [
      "a.kind", "a.path", "agreement.top1", "b.kind", "b.path", "codes.changed", "codes.compared",
      "firstDivergingLayer", "firstFaultyLayer", "images", "notes[]", "threshold", "top1.a",
      "top1.b",
    ]
    let keys = try report.keys()
    #expect(
      keys.filter { !$0.hasPrefix("findings") }
        == (layer.map { "layers[].\($0)" } + others).sorted()
    )
    let object = try report.object()
    #expect(object["firstDivergingLayer"] is NSNull && object["firstFaultyLayer"] is NSNull)
    #expect(object["images"] as? Int == 2 && object["notes"] as? [String] == ["a note"])
    #expect((object["agreement"] as? [String: Any])?["top1"] as? Double == 1)
    #expect((object["kinds"] as? [Any])?.isEmpty == true)
    #expect((object["stops"] as? [Any])?.isEmpty == true)
    #expect(report.text.contains("No layer diverges.") && report.text.contains("images      2"))
    #expect(try report.json == report.json)
  }

  @Test("the layer that was changed is named in text, JSON and page")
  func changed() throws {
    let report = try report("blocks.1.mlp.fc1.bias", 3)
    let name = try #require(report.firstDivergingLayer.value)
    #expect(name.hasPrefix("blocks.1.mlp") && report.firstFaultyLayer.value != nil)
    #expect(report.text.contains("First diverging layer: \(name) ("))
    #expect(try report.object()["firstDivergingLayer"] as? String == name)
    let layers = try #require(try report.object()["layers"] as? [[String: Any]])
    #expect(layers.map { $0["name"] as? String } == report.layers.map(\.name))
    let page = try report.expectPage()
    #expect(page.contains("First diverging layer: \(name) (") && page.contains("<svg"))
    for layer in report.layers {
      #expect(page.contains(layer.name) && report.text.contains(layer.name))
    }
  }

  /// `function` of the pixels, quantized.
  private func side(_ function: Function) throws -> ComparisonSide {
    let description = try Model(contentsOf: Checkpoint.calibrated.write(to: folder)).description
    var graph = Graph()
    let x = try graph.append(.input(name: "pixels", .real(1, 3, 8, 8)), name: "pixels")
    let quantizer = Quantizer(.i8, scale: Scale(Rational(1, over: 8)))
    let found = try graph.append(.function(function), x)
    let codes = try graph.append(.quantize(quantizer), found, name: "act")
    let reals = try graph.append(.dequantize(Dequantizer(scale: quantizer.scale)), codes)
    graph.addOutput("logits", try graph.append(.layout(.reshape([1, 192])), reals))
    let model = Model(graph: graph, description: description, format: .packed, path: "made")
    return try ComparisonSide(model, arithmetic: .float32)
  }

  @Test("a side that stops says so for every image, and has no answers")
  func stops() throws {
    let (a, b) = (try side(.absolute), try side(.squareRoot))
    let result = try LayerwiseComparison(a, b, threads: 1).run(data)
    let report = ComparisonReport(result, a: a, b: b, threshold: nil)
    let object = try report.object()
    let stops = try #require(object["stops"] as? [[String: Any]])
    #expect(stops.count == 2 && stops.allSatisfy { $0["side"] as? String == "b" })
    #expect(
      try report.keys().filter { $0.hasPrefix("stops") }
        == ["image", "reason", "side"].map { "stops[].\($0)" }
    )
    #expect(report.text.contains("b stops at image "))
    let top1 = try #require(object["top1"] as? [String: Any])
    #expect(top1["a"] is Double && top1["b"] is NSNull)
    #expect((object["agreement"] as? [String: Any])?["top1"] is NSNull)
    #expect(try report.expectPage().contains("b stops at image "))
  }

  @Test("kinds of layers with changes of their own are listed with their share")
  func kinds() throws {
    let (a, b) = (try side(.absolute), try side(.relu))
    let result = try LayerwiseComparison(a, b, threads: 1).run(data)
    let report = ComparisonReport(result, a: a, b: b, threshold: nil)
    #expect(
      try report.keys().filter { $0.hasPrefix("kinds") }
        == ["changedLocally", "elements", "kind", "layers", "share"].map { "kinds[].\($0)" }
    )
    #expect(report.kinds.map(\.share).reduce(0, +) == 1)
    #expect(report.text.contains("of the codes that layers change of their own"))
  }

  @Test("a side's name does not reach a terminal as it is")
  func escapes() throws {
    let odd = try Model(
      contentsOf: Checkpoint.calibrated.write(to: folder, name: "\u{1B}.safetensors")
    )
    let side = try ComparisonSide(odd, arithmetic: .float32)
    let result = try LayerwiseComparison(side, side, threads: 1).run(data)
    let report = ComparisonReport(result, a: side, b: side, threshold: 30)
    #expect(!report.text.unicodeScalars.contains("\u{1B}"))
    #expect(!(try report.json.unicodeScalars.contains("\u{1B}")))
    _ = try report.expectPage()
    #expect(report.threshold == 30)
  }
}
