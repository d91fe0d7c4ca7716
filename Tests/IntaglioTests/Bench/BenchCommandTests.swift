import Foundation
import Intaglio
import IntaglioImport
import IntaglioRuntime
import IntaglioTestSupport
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// What `intaglio bench` reports; never how long it took.
@Suite("The command bench")
struct BenchCommandTests {
  /// The smallest architecture: five tokens of 64 numbers through one block.
  private static let small = [
    "bench", "deit-t", "--bits", "3", "--image-size", "32", "--depth", "1", "--width", "64",
    "--seconds", "0",
  ]
  private let intaglio: Executable
  private let folder: TemporaryFolder

  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
  }

  private func report(_ options: [String]) throws -> [String: Any] {
    let run = try intaglio.run(Self.small + options + ["--json"], in: folder)
    #expect(run.exitCode == 0, "\(run.errors)")
    return try run.json()
  }

  @Test("the report has every figure, and they agree with one another", arguments: [1, 3])
  func json(batch: Int) throws {
    let report = try report(["--threads", "2", "--batch", "\(batch)"])
    func number(_ key: String) throws -> Double {
      try #require((report[key] as? NSNumber)?.doubleValue, "\(key)")
    }
    #expect(report["model"] as? String == "deit-t, 3 bits, 32 px, depth 1, width 64")
    #expect((report["processor"] as? String)?.isEmpty == false)
    #expect(report["isa"] as? String == PeakKernel.supported.last?.instructionSet.description)
    #expect(report["bits"] as? [Int] == [3, 8])
    #expect(report["threads"] as? Int == 2 && report["batch"] as? Int == batch)
    #expect(try number("calls") >= 3)
    #expect(try number("minMs") > 0 && number("minMs") <= number("medianMs"))
    #expect(try number("medianMs") <= number("p90Ms"))
    let images = 1e3 * Double(batch) / (try number("medianMs"))
    #expect(try abs(number("imagesPerSecond") - images) < 1e-6 * images)
    let macs = try number("macsPerImage")
    let rate = macs * Double(batch) / (try number("minMs")) * 1e-6
    #expect(try abs(number("gmacPerSecond") - rate) < 1e-6 * rate)
    let peak = try number("peakGmacPerSecond")
    #expect(try abs(number("peakShare") - rate / peak) < 1e-6)
    for key in ["rssBytes", "loadMs", "planMs", "weightBytes", "arenaBytes"] {
      #expect(try number(key) > 0, "\(key)")
    }
    let kernels = try #require(report["kernels"] as? [[String: Any]])
    #expect(kernels.reduce(0) { $0 + ($1["macs"] as? Int ?? 0) } == Int(macs))
    let kinds = Set(ProfiledStep.Kind.allCases.map(\.rawValue))
    for kernel in kernels {
      #expect((kernel["name"] as? String)?.isEmpty == false)
      #expect((kernel["work"] as? String)?.isEmpty == false)
      #expect((kernel["kind"] as? String).map(kinds.contains) == true)
      for key in ["ms", "share", "gmacPerSecond", "peakShare", "bytes"] {
        #expect((kernel[key] as? NSNumber).map { $0.doubleValue >= 0 } == true, "\(key)")
      }
    }
    let shares = kernels.reduce(0) { $0 + ($1["share"] as? Double ?? 0) }
    #expect(abs(shares - 1) < 1e-9)
  }

  @Test("no kernel runs beyond the asked instruction set", arguments: InstructionSet.supported)
  func isa(set: InstructionSet) throws {
    let report = try report(["--isa", "\(set)", "--threads", "1"])
    let kernel = PeakKernel.supported.last { $0.instructionSet.isSubset(of: set) }
    #expect(report["isa"] as? String == kernel?.instructionSet.description)
  }

  @Test("architectures run on integers alone, with floats when asked", arguments: [true, false])
  func nonlinear(isInteger: Bool) throws {
    let report = try report(isInteger ? [] : ["--nonlinear", "float"])
    let kernels = try #require(report["kernels"] as? [[String: Any]])
    let work = kernels.compactMap { $0["work"] as? String }.joined(separator: "; ")
    #expect(work.contains("integer softmax") == isInteger)
    #expect(work.contains("layer-norm") != isInteger)
  }

  @Test("text says what the JSON says, step by step with --profile")
  func text() throws {
    let run = try intaglio.run(Self.small + ["--profile", "--threads", "1"], in: folder)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.errors.isEmpty)
    for words in [
      "deit-t, 3 bits, 32 px", "min ", "median ", "images/s", "GMAC/s", "on 1 thread",
      "blocks.0.attn.qkv", "matrix multiplication", "of peak",
    ] {
      #expect(run.output.contains(words), "\(words)")
    }
    #expect(try folder.names() == [])
  }

  @Test("the profile is drawn to a file that stands alone, and nothing else is left")
  func drawing() throws {
    let run = try intaglio.run(Self.small + ["--profile-svg", "profile.svg"], in: folder)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(try folder.names() == ["profile.svg"])
    let text = String(decoding: try folder.bytes("profile.svg"), as: UTF8.self)
    let parser = XMLParser(data: Data(text.utf8))
    #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
    #expect(text.contains("blocks.0") && text.contains("attn.qkv"))
    #expect(!text.contains("href") && !text.contains("<script"))
  }

  @Test("a saved program is the one that was timed: its file runs and has the same steps")
  func save() throws {
    let made = try report(["--save", "program.intaglio"])
    let run = try intaglio.run(
      ["bench", "program.intaglio", "--seconds", "0", "--json"],
      in: folder
    )
    #expect(run.exitCode == 0, "\(run.errors)")
    let read = try run.json()
    #expect(made["model"] as? String == read["model"] as? String)
    #expect(made["macsPerImage"] as? Int == read["macsPerImage"] as? Int)
    let steps = [made, read].map { report in
      (report["kernels"] as? [[String: Any]])?.map { "\($0["name"] ?? ""): \($0["work"] ?? "")" }
    }
    #expect(steps[0]?.isEmpty == false && steps[0] == steps[1])
  }

  @Test("a checkpoint is timed as it is, and without floats when asked")
  func checkpoint() throws {
    let model = try Checkpoint.qvit.write(to: folder)
    for options in [[], ["--nonlinear", "integer"]] {
      let run = try intaglio.run(["bench", model, "--seconds", "0", "--json"] + options)
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(try run.json()["bits"] as? [Int] == [3, 8])
    }
  }

  @Test("a model whose multiplications stay on floats exits with 3 and says how many")
  func floats() throws {
    let model = try Checkpoint.timm.write(to: folder)
    let run = try intaglio.run(["bench", model, "--seconds", "0"])
    #expect(run.exitCode == 3)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("14 of 14 multiplications stay on floats"), "\(run.errors)")
  }

  // The worker

  @Test("the worker is ready, answers every request at once, and ends with its input")
  func worker() throws {
    let worker = try intaglio.converse(Self.small + ["--worker", "--threads", "1"])
    let ready = try #require(try worker.hear())
    #expect(ready["ready"] as? Bool == true)
    #expect((ready["rss"] as? Int).map { $0 > 0 } == true)
    for seconds in ["0", "0.01", "1e-3"] {
      try worker.say("run \(seconds)")
      let answer = try #require(try worker.hear())
      let times = try #require(answer["t"] as? [Double])
      #expect(times.count >= 3 && times.allSatisfy { $0 > 0 })
      #expect((answer["rss"] as? Int).map { $0 > 0 } == true)
      #expect(answer.count == 2)
    }
    #expect(try worker.end() == 0)
    #expect(try worker.hear() == nil)
  }

  @Test(
    "a line that is no request is answered with what was expected, and the next one is served",
    arguments: ["", "run", "run fast", "run -1", "run inf", "walk 1", "run 1 2", "RUN 1"]
  )
  func badLine(line: String) throws {
    let worker = try intaglio.converse(Self.small + ["--worker", "--threads", "1"])
    _ = try worker.hear()
    try worker.say(line)
    let refusal = try #require(try worker.hear())
    #expect(refusal.count == 1)
    let message = try #require(refusal["error"] as? String)
    #expect(message.contains("run SECONDS") && message.contains("'\(line)'"))
    try worker.say("run 0")
    #expect(try worker.hear()?["t"] != nil)
    #expect(try worker.end() == 0)
  }

  // Wrong input

  @Test("a name that is neither a file nor an architecture gets the list of architectures")
  func unknown() throws {
    let run = try intaglio.run(["bench", "deit-x"], in: folder)
    #expect(run.exitCode == 1)
    #expect(run.output.isEmpty && run.errors.hasPrefix("Error: deit-x: no such file"))
    for name in ViTArchitecture.names { #expect(run.errors.contains(name)) }
  }

  @Test(
    "a picture or program that cannot be written is refused by name",
    arguments: [
      "--profile-svg", "--save",
    ]
  )
  func unwritable(option: String) throws {
    let run = try intaglio.run(Self.small + [option, "gone/out"], in: folder)
    #expect(run.exitCode == 1)
    #expect(run.output.isEmpty && run.errors.contains("gone/out"), "\(run.errors)")
    #expect(try folder.names() == [])
  }
}
