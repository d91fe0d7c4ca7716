import Foundation
import Intaglio
import IntaglioData
import IntaglioHardware
import IntaglioReport
import IntaglioReports
import IntaglioTestSupport
import Testing

@Suite("intaglio report")
struct ReportCommandTests {
  private let executable: Executable
  private let folder: TemporaryFolder
  private let model: String
  private let data: String

  init() throws {
    executable = try Executable()
    folder = try TemporaryFolder()
    model = try Checkpoint.timm.write(to: folder)
    data = try folder.writeImages(40)
  }

  private var arguments: [String] {
    ["report", model, "--data", data, "--widths", "8/8,4/4", "-o", folder.path("r.html")]
  }

  private func report(_ name: String = "r.json") throws -> AdoptionReport {
    try AdoptionReport(contentsOf: folder.path(name))
  }

  /// The report as JSON without what is measured in seconds and bytes of memory.
  private func untimed(_ name: String = "r.json") throws -> NSDictionary {
    let text = String(decoding: try folder.bytes(name), as: UTF8.self)
    let data = Data(text.replacing("alone.work", with: "r.work").utf8)
    func without(_ value: Any) -> Any {
      if let object = value as? [String: Any] {
        return object.filter { $0.key != "timings" && $0.key != "command" }.mapValues(without)
      }
      return (value as? [Any])?.map(without) ?? value
    }
    return try #require(without(JSONSerialization.jsonObject(with: data)) as? NSDictionary)
  }

  @Test("a float model becomes a page and JSON, and the verdict follows from the JSON")
  func verdict() throws {
    let run = try executable.run(arguments + ["--quick"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try report()
    #expect(report.candidates.count == 2 && report.images.evaluation == 35)
    let again = AdoptionVerdict(
      report.candidates.map {
        AdoptionVerdict.Entry(
          paired: PairedProportions(lost: $0.lost, won: $0.won, of: $0.top1.total),
          bitOperations: $0.bitOperations,
          isWithinBudget: $0.isWithinBudget
        )
      },
      maxDrop: report.verdict.maxDrop
    )
    #expect(again.standing == report.verdict.standing)
    #expect(again.candidate.map { report.candidates[$0].name } == report.verdict.candidate)
    #expect(again.imagesMissing == report.verdict.imagesMissing)
    for row in report.candidates {
      let paired = PairedProportions(lost: row.lost, won: row.won, of: row.top1.total)
      #expect(row.drop == paired.drop * 100 && row.dropHigh == paired.interval95.upperBound * 100)
      #expect(row.standing == AdoptionStanding(paired, maxDrop: report.verdict.maxDrop))
      #expect(report.reference.top1.hits - row.lost + row.won == row.top1.hits)
    }
    let proof = try #require(report.proof)
    #expect(proof.floatOperations == 0 && proof.multiplications == proof.integerMultiplications)
    #expect(report.kernels?.differing.isEmpty == true)
    let page = String(decoding: try folder.bytes("r.html"), as: UTF8.self)
    for part in ["id=\"accuracy\"", "id=\"proof\"", "id=\"identity\"", "<svg"] {
      #expect(page.contains(part))
    }
    #expect(!page.contains("<script") && !page.contains("src=\"http"))
  }

  @Test(
    "what was lost in an interruption is found again, and nothing else; another limit costs nothing"
  )
  func resumes() throws {
    _ = try executable.run(arguments)
    let whole = try untimed()
    let work = folder.path("r.work")
    let names = try FileManager.default.contentsOfDirectory(atPath: work).sorted()
    // As if it had ended before any of these was written, or while a program was.
    for name in names where name.hasPrefix("answers") || name.hasSuffix(".intaglio") {
      let path = "\(work)/\(name)"
      if name.hasPrefix("answers") {
        try FileManager.default.removeItem(atPath: path)
      } else {
        try Data("half".utf8).write(to: URL(fileURLWithPath: path))
      }
    }
    _ = try executable.run(arguments)
    #expect(try untimed() == whole)
    let before = try Self.times(work)
    let run = try executable.run(arguments + ["--max-drop", "100", "--lang", "ja"])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(try report().verdict.standing == .holds)
    let after = try Self.times(work)
    let changed = after.keys.filter { after[$0] != before[$0] }
    // Another limit asks for other mixed widths, and the model is packed anew.
    #expect(changed.allSatisfy { !$0.hasPrefix("program-4-4") && !$0.hasPrefix("program-8-8") })
    #expect(String(decoding: try folder.bytes("r.html"), as: UTF8.self).contains("lang=\"ja\""))
  }

  private static func times(_ path: String) throws -> [String: Date] {
    var times: [String: Date] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      times[name] = attributes[.modificationDate] as? Date
    }
    return times
  }

  @Test("an earlier report is a gate: exit code 4 where what it recommends no longer holds")
  func gate() throws {
    _ = try executable.run(arguments + ["--quick", "--max-drop", "100"])
    try FileManager.default.copyItem(
      atPath: folder.path("r.json"),
      toPath: folder.path("old.json")
    )
    let same = try executable.run(
      arguments + ["--quick", "--max-drop", "100", "--against", folder.path("old.json")]
    )
    #expect(same.exitCode == 0, "\(same.errors)")
    #expect(same.output.contains("Nothing that held is broken"))
    let stricter = try executable.run(
      arguments + ["--quick", "--max-drop", "0", "--against", folder.path("old.json")]
    )
    #expect(stricter.exitCode == 4, "\(stricter.errors)")
    #expect(stricter.output.contains("BROKEN"))
    try folder.file("older.json", Array("{\"schema\": 0}".utf8))
    let older = try executable.run(arguments + ["--against", folder.path("older.json")])
    #expect(older.exitCode == 1 && older.errors.contains("schema 0"), "\(older.errors)")
  }

  @Test("a program that was made before is judged beside the others")
  func candidate() throws {
    let other = folder.path("other.intaglio")
    _ = try executable.run(["quantize", model, "--calibration", data, "-o", other])
    let run = try executable.run(arguments + ["--quick", "--candidate", other])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(try report().candidates.contains { $0.name == other })
  }

  @Test("nothing that a work folder knows of another model, or of one with the same name, is taken")
  func anotherModel() throws {
    _ = try executable.run(arguments + ["--quick"])
    let first = try report()
    // The same file name, the same shapes, another head.
    var other = Checkpoint.timm
    other.values["head.weight"] = Checkpoint.numbers("another head", 5 * 16)
    _ = try other.write(to: folder)
    let shared = try executable.run(arguments + ["--quick"])
    #expect(shared.exitCode == 0, "\(shared.errors)")
    let second = try untimed()
    #expect(try report().identity.modelHash != first.identity.modelHash)
    let alone = try executable.run(arguments + ["--quick", "--work", folder.path("alone.work")])
    #expect(alone.exitCode == 0, "\(alone.errors)")
    #expect(try untimed() == second)
  }

  /// A table as 'hardware power --json' prints it: elements of every width that take as many picojoules as their
  /// weights have bits, units beside the array what `prices` says, and ten times that as area.
  private func table(_ prices: [UnitKind: Int]) throws -> String {
    func row(_ kind: UnitKind, _ picojoules: Int, bits: Int? = nil) -> String {
      let widths = bits.map { "\"weightBits\": \($0), \"activationBits\": 8," } ?? ""
      return """
        {"kind": "\(kind.rawValue)", "module": "m", \(widths) "area": \(10 * picojoules),
        "cells": 1, "microwatts": 1, "picojoules": \(picojoules), "memoryBits": 0,
        "glitchModel": "cell delays", "clockGating": "none", "clock": 1e8, "voltage": 1.8,
        "parts": {"switching": 1, "internal": 0, "clock": 0, "leakage": 0},
        "library": "osu018_stdcells", "wirePerSink": 0, "settling": 1, "operands": "fc1",
        "cycles": 2000}
        """
    }
    let elements = (2...16).map { row(.outputStationary, $0, bits: $0) }
    let units = prices.sorted { $0.value < $1.value }.map { row($0.key, $0.value) }
    let text = """
      {"processingElements": [\(elements.joined(separator: ",\n"))],
      "edgeUnits": [\(units.joined(separator: ",\n"))]}
      """
    return try folder.file("power.json", Array(text.utf8))
  }

  @Test("with a table of power parts have energy and area, kept apart from what was found without")
  func power() throws {
    let quick = arguments + ["--quick", "--max-drop", "100"]
    _ = try executable.run(quick)
    let plain = try #require(try report().hardware)
    #expect(plain.power == nil && plain.parts.allSatisfy { $0.picojoules == nil && $0.area == nil })
    let without = String(decoding: try folder.bytes("r.html"), as: UTF8.self)
    #expect(!without.contains("osu018") && without.contains("--power"))

    let prices: [UnitKind: Int] = [
      .thresholds: 3, .multiplication: 5, .quotient: 13, .layerNorm: 7, .softmax: 11,
      .rowThresholds: 17,
    ]
    let path = try table(prices)
    let run = try executable.run(quick + ["--power", path])
    #expect(run.exitCode == 0, "\(run.errors)")
    let found = try report()
    let hardware = try #require(found.hardware)
    #expect(hardware.power?.library == "osu018_stdcells" && hardware.power?.voltage == 1.8)
    #expect(hardware.power?.clock == 1e8)
    let page = String(decoding: try folder.bytes("r.html"), as: UTF8.self)
    #expect(page.contains("osu018_stdcells (1.80 V, 100 MHz") && page.contains("mm²"))

    let file = try #require(found.verdict.program)
    let program = try ModelSource(folder.path("r.work/" + file)).open()
      .program(ProgramOptions(.integerOnly))
    let costs = try HardwareSurvey(program, tile: 16).parts.map { $0.costs[0] }
    #expect(!costs.isEmpty && costs.count == hardware.parts.count)
    for (part, cost) in zip(hardware.parts, costs) {
      #expect(part.picojoules == Double(Self.picojoules(cost, prices)), "\(part.part)")
      #expect(part.area == Double(Self.area(cost, prices)), "\(part.part)")
    }
    #expect(plain.parts.map(\.cycles) == hardware.parts.map(\.cycles))

    // A unit that was not measured; and what was found before is still there.
    _ = try table(prices.filter { $0.key != .rowThresholds })
    let japanese = try executable.run(quick + ["--power", path, "--lang", "ja"])
    #expect(japanese.exitCode == 0, "\(japanese.errors)")
    let fewer = try #require(try report().hardware)
    #expect(fewer.parts.contains { $0.picojoules == nil && $0.area == nil })
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("r.work"))
    #expect(names.count { $0.hasPrefix("hardware-") } == 3)
    _ = try executable.run(quick)
    #expect(try report().hardware?.power == nil)
    let again = try FileManager.default.contentsOfDirectory(atPath: folder.path("r.work"))
    #expect(again.count { $0.hasPrefix("hardware-") } == 3)
  }

  /// Cycles of units times `prices`, elements by the bits of weights.
  private static func picojoules(_ cost: MachineCost, _ prices: [UnitKind: Int]) -> Int {
    func price(_ kind: UnitKind) -> Int { prices[kind] ?? 0 }
    return cost.steps.reduce(0) { sum, step in
      let work: Int =
        switch step.kind {
        case .product, .transposition:
          step.slices * cost.tile * cost.tile * cost.products * cost.weightWidth
        case .norm: step.cycles * cost.rowLanes * price(.layerNorm)
        case .softmax: step.cycles * cost.rowLanes * price(.softmax)
        case .rowThresholds: step.cycles * cost.rowLanes * price(.rowThresholds)
        }
      let blocks = (step.lanes + cost.tile - 1) / cost.tile
      let behind: Int =
        switch step.epilogue {
        case .thresholds: price(.thresholds)
        case .scaledSum: price(.multiplication)
        case .quotient: price(.quotient)
        case nil, .some(.none): 0
        }
      return sum + work + step.words * blocks * cost.tile * behind
    }
  }

  /// Ten times the prices of all units that the machine has.
  private static func area(_ cost: MachineCost, _ prices: [UnitKind: Int]) -> Int {
    func price(_ kind: UnitKind) -> Int { prices[kind] ?? 0 }
    let thresholds = cost.steps.contains { $0.epilogue == .thresholds } ? price(.thresholds) : 0
    let sums = cost.streamUnits * price(.multiplication) + cost.quotientUnits * price(.quotient)
    let rows =
      cost.normUnits * price(.layerNorm) + cost.softmaxUnits * price(.softmax)
      + cost.rowThresholdUnits * price(.rowThresholds)
    return 10
      * (cost.tile * cost.tile * cost.products * cost.weightWidth
        + cost.drainLanes * (thresholds + sums) + cost.rowLanes * rows)
  }

  @Test("an image that cannot be read is named and left out")
  func unreadable() throws {
    let set = try DataSet.open(directory: data)
    let files = folder.path("files")
    try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
    for index in 0..<set.count {
      try set.image(at: index).writePNG(to: "\(files)/\(index % 5)_\(10 + index).png")
    }
    let name = "3_13.png"
    try Data("no image".utf8).write(to: URL(fileURLWithPath: "\(files)/\(name)"))
    let run = try executable.run([
      "report", model, "--data", files, "--widths", "8/8", "--quick", "-o", folder.path("r.html"),
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.errors.contains(name))
    let report = try report()
    #expect(report.images.unreadable.map(\.image) == [name])
    #expect(report.images.evaluation + report.images.calibration == 39)
  }

  @Test("what cannot be asked for is refused with what to do")
  func refusals() throws {
    for (arguments, code, words) in [
      (["report", model], 64, "--data"),
      (["report", "demo", "--data", data], 64, "leave out"),
      (["report", "demo", "--candidate", model], 64, "--candidate"),
      (["report", "demo:3", "--data", data, "--widths", "8/8"], 1, "quantized already"),
      (["report", "deit-s:3", "--data", data], 64, "trained model"),
      (["report", "integer:" + model, "--data", data], 64, "leave out 'integer:'"),
      (arguments + ["--widths", "1/8"], 64, "--widths"),
      (arguments + ["--budget", "speed=1"], 64, "--budget"),
      (arguments + ["-o", "page.txt"], 64, ".html"),
      (arguments + ["--lang", "fr"], 64, "--lang"),
      (arguments + ["--good-class", "nowhere"], 1, "--good-class"),
      (arguments + ["--against", folder.path("none.json")], 1, "none.json"),
      (arguments + ["--power", folder.path("none.json")], 1, "hardware power --json"),
      (arguments + ["--calibration", folder.path("none")], 1, "none"),
      (["report", folder.path("none.onnx"), "--data", data], 1, "none.onnx"),
    ] as [([String], Int32, String)] {
      let run = try executable.run(arguments)
      #expect(run.exitCode == code, "\(arguments): \(run.errors)")
      #expect(run.errors.contains(words), "\(arguments): \(run.errors)")
    }
  }
}
