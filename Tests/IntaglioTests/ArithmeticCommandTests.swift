import Foundation
import Intaglio
import IntaglioTestSupport
import Testing

/// One vocabulary of models and arithmetic in every command.
@Suite("Commands name models and arithmetic alike")
struct ArithmeticCommandTests {
  let folder: TemporaryFolder
  let intaglio: Executable
  let model: String

  init() throws {
    (folder, intaglio) = (try TemporaryFolder(), try Executable())
    model = try Checkpoint.calibrated.write(to: folder)
    try folder.writeImages(2)
  }

  /// The report without its speed.
  private func evaluate(_ model: String, _ options: [String] = []) throws -> NSDictionary {
    let data = ["--data", folder.path("data"), "--json"]
    let run = try intaglio.run(["evaluate", model] + data + options)
    #expect(run.exitCode == 0, "\(run.errors)")
    var report = try run.json()
    report["imagesPerSecond"] = nil
    return report as NSDictionary
  }

  @Test(
    "a prefix, --arithmetic and the older words say the same",
    arguments: [
      (Arithmetic.float32, ["--engine", "reference"]), (.oracle, ["--engine", "oracle"]),
      (.integer, ["--engine", "integer"]), (.integer, ["--nonlinear", "float"]),
      (.integerOnly, ["--nonlinear", "integer"]),
      (.integerOnly, ["--engine", "integer", "--nonlinear", "integer"]),
    ]
  )
  func spellings(arithmetic: Arithmetic, older: [String]) throws {
    let word = arithmetic.rawValue
    let prefixed = try evaluate("\(word):\(model)")
    #expect(prefixed["engine"] as? String == word)
    for options in [["--arithmetic", word], older] {
      #expect(try evaluate(model, options) == prefixed, "\(options)")
    }
  }

  @Test(
    "two that contradict each other are refused, and both are named",
    arguments: [
      ("integer:", ["--arithmetic", "float32"], ["integer:", "--arithmetic float32"]),
      ("oracle:", ["--nonlinear", "integer"], ["oracle:", "--nonlinear integer"]),
      ("", ["--arithmetic", "oracle", "--nonlinear", "float"], ["--arithmetic oracle"]),
    ]
  )
  func contradictions(prefix: String, options: [String], says: [String]) throws {
    let run = try intaglio.run(["run", prefix + model, "x.png"] + options)
    #expect(run.exitCode == 64)
    for text in says { #expect(run.errors.contains(text), "\(run.errors)") }
  }

  @Test(
    "an arithmetic without meaning for a command is refused by name",
    arguments: [
      ["integerize", "float32:m", "-o", "o"],
      ["integerize", "m", "-o", "o", "--arithmetic", "oracle"],
      ["inspect", "integer:m"], ["pack", "oracle:m", "-o", "o"],
      ["export", "oracle:m", "-o", "o.c"],
      ["bench", "float32:m"],
      ["hardware", "emit", "oracle:m", "-o", "o"], ["hardware", "report", "integer:demo:3"],
      ["hardware", "power", "float:demo:3"],
    ]
  )
  func refused(arguments: [String]) throws {
    let run = try intaglio.run(arguments)
    #expect(run.exitCode == 64 && run.errors.contains("has no meaning here"), "\(run.errors)")
  }

  @Test("every command takes the demo and architectures")
  func builtIn() throws {
    let small = ["--image-size", "32", "--depth", "1", "--width", "64"]
    for arguments in [
      ["inspect", "demo:2"], ["inspect", "deit-t:3"] + small,
      ["integerize", "integer-only:deit-t:3", "-o", folder.path("d.intaglio")] + small,
      ["pack", "deit-t", "-o", folder.path("p.intaglio")] + small,
      ["bench", "demo:3", "--seconds", "0"],
      ["bench", "integer:deit-t:2", "--seconds", "0"] + small,
      [
        "compare", "oracle:demo:2", "demo:2", "--data", folder.path("surfaces"), "--limit", "1",
        "--split", "train",
      ],
    ] {
      if arguments[0] == "compare" {
        let export = ["demo", "--export-images", folder.path("surfaces"), "--count", "2"]
        #expect(try intaglio.run(export).exitCode == 0)
      }
      let run = try intaglio.run(arguments)
      #expect(run.exitCode == 0, "\(arguments): \(run.errors)")
    }
  }

  @Test("a record stands for a model in 'compare' alone")
  func record() throws {
    let run = try intaglio.run(["run", "recorded:x.safetensors", "x.png"])
    #expect(run.exitCode == 1 && run.errors.contains("'intaglio compare'"), "\(run.errors)")
  }
}
