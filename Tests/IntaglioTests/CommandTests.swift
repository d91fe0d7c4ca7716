import Foundation
import IntaglioData
import IntaglioTestSupport
import Testing

/// The command line on models that are right.
@Suite("The command line")
struct CommandTests {
  private let intaglio: Executable
  private let folder: TemporaryFolder

  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
  }

  @Test("every command in the list explains itself with an example")
  func help() throws {
    let overview = try intaglio.run(["--help"])
    #expect(overview.exitCode == 0)
    let list = try #require(overview.output.components(separatedBy: "SUBCOMMANDS:\n").last)
    let commands = list.split(separator: "\n").compactMap { line -> String? in
      // Names stand two columns in, what continues a line farther.
      guard line.hasPrefix("  "), !line.hasPrefix("   ") else { return nil }
      return line.dropFirst(2).split(separator: " ").first.map(String.init)
    }
    .filter { $0 != "See" }
    for command in ["inspect", "integerize", "run", "evaluate", "compare", "hardware", "selftest"] {
      #expect(commands.contains(command))
    }
    for command in commands {
      let run = try intaglio.run([command, "--help"])
      #expect(run.exitCode == 0 && run.output.contains("Example"), "\(command)")
      #expect(run.output.contains("intaglio \(command)"), "\(command)")
    }
  }

  @Test("every kernel of this machine passes its self-test")
  func selfTest() throws {
    let run = try intaglio.run(["selftest", "--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try run.json()
    #expect(report["failed"] as? Int == 0)
    #expect((report["passed"] as? Int).map { $0 > 0 } == true)
  }

  @Test(
    "wrong usage exits with 64 and says how it is right",
    arguments: [
      ["nonsense"], ["inspect"], ["integerize", "model.onnx"], ["run", "model.onnx"],
      ["evaluate", "model.onnx"], ["evaluate", "m", "--data", "d", "--limit", "0"],
      ["evaluate", "m", "--data", "d", "--engine", "abacus"], ["run", "m", "i.png", "--top", "0"],
      ["run", "m", "i.png", "--threads", "0"], ["selftest", "--seed", "many"],
      ["demo", "--count", "-1"], ["compare", "m", "--data", "d"], ["compare", "m", "n"],
      ["compare", "abacus:m", "n", "--data", "d"], ["compare", "m", ":n", "--data", "d"],
      ["compare", "m", "n", "--data", "d", "--limit", "0"],
      ["compare", "m", "n", "--data", "d", "--threshold", "nan"],
      ["inspect", "model.onnx", "--unheard-of"],
      ["bench"], ["bench", "deit-t", "--threads", "0"], ["bench", "deit-t", "--batch", "0"],
      ["bench", "deit-t", "--bits", "1"], ["bench", "deit-t", "--bits", "9"],
      ["bench", "deit-t", "--image-size", "230"], ["bench", "deit-t", "--depth", "0"],
      ["bench", "deit-t", "--width", "100"], ["bench", "deit-t", "--seconds", "-1"],
      ["bench", "deit-t", "--seconds", "nan"], ["bench", "deit-t", "--isa", "abacus"],
      ["bench", "deit-t", "--worker", "--json"], ["bench", "deit-t", "--worker", "--profile"],
      ["bench", "deit-t", "--worker", "--profile-svg", "f"],
      ["bench", "model.onnx", "--bits", "3"],
      ["bench", "deit-t", "--stream-bits", "12"],
      ["integerize", "m", "-o", "o", "--calibration", "d"],
      ["integerize", "m", "-o", "o", "--nonlinear", "integer", "--stream-bits", "7"],
      ["integerize", "m", "-o", "o", "--nonlinear", "integer", "--calibration-limit", "0"],
      ["integerize", "m", "-o", "o", "--nonlinear", "integer", "--softmax", "base2:13/16"],
      ["integerize", "m", "-o", "o", "--nonlinear", "integer", "--norms", "rough"],
    ]
  )
  func usage(arguments: [String]) throws {
    let run = try intaglio.run(arguments, in: folder)
    #expect(run.exitCode == 64, "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("Usage:") || run.errors.contains("--help"), "\(run.errors)")
    #expect(try folder.names() == [])
  }

  @Test(
    "a number below zero is refused as the value that it is",
    arguments: [
      ["run", "m", "i.png", "--top", "-1"], ["evaluate", "m", "--data", "d", "--limit", "-1"],
      ["run", "m", "i.png", "--threads", "-1"], ["bench", "deit-t", "--batch", "-1"],
      ["compare", "m", "n", "--data", "d", "--limit", "-1"],
    ]
  )
  func negative(arguments: [String]) throws {
    let run = try intaglio.run(arguments, in: folder)
    #expect(run.exitCode == 64 && run.errors.contains("found -1"), "\(run.errors)")
  }

  @Test("a small checkpoint without floats: every step is told, and the program is packed")
  func integersOnly() throws {
    let model = try Checkpoint.qvit.write(to: folder)
    let output = folder.path("integers.intaglio")
    let run = try intaglio.run(
      ["integerize", model, "-o", output, "--nonlinear", "integer", "--json"]
    )
    #expect(run.exitCode == 0, "\(run.errors)")
    let nonlinear = try #require(try run.json()["nonlinear"] as? [String: Any])
    let steps = try #require(nonlinear["all"] as? [[String: Any]])
    #expect(steps.count == nonlinear["total"] as? Int)
    #expect(steps.contains { $0["operation"] as? String == "integer-softmax" })
    #expect(
      steps.allSatisfy {
        $0["operation"] as? String == "quantize"
          || ($0["form"] as? String)?.contains("float") == false
      }
    )
    // Without calibration images the streams are proved, and nothing is measured.
    #expect(nonlinear["calibrationImages"] as? Int == 0)
    #expect((nonlinear["softmax"] as? [Any])?.isEmpty == true)
    let streams = try #require(nonlinear["streams"] as? [[String: Any]])
    #expect(!streams.isEmpty && streams.allSatisfy { $0["type"] as? String == "i24" })
    let widths = try #require(nonlinear["widths"] as? [[String: Any]])
    #expect(widths.contains { $0["quantity"] as? String == "accumulator" })

    let floats = try intaglio.run(
      ["integerize", model, "-o", folder.path("floats.intaglio"), "--json"]
    )
    #expect(try floats.json()["nonlinear"] == nil)
    let missing = try intaglio.run(
      [
        "integerize", model, "-o", folder.path("none"), "--nonlinear", "integer",
        "--calibration", folder.path("nowhere"),
      ]
    )
    #expect(missing.exitCode != 0 && missing.exitCode != nil)
    #expect(missing.errors.contains("nowhere"))
    #expect(try !folder.names().contains("none"))
  }

  @Test("a small checkpoint is inspected, integerized, run and packed")
  func smallModel() throws {
    let model = try Checkpoint.qvit.write(to: folder)
    let output = folder.path("small.intaglio")
    let inspected = try intaglio.run(["inspect", model, "--json"]).json()
    #expect(inspected["format"] as? String == "q-vit")

    let report = try intaglio.run(["integerize", model, "-o", output, "--json"]).json()
    let matmuls = try #require(report["matmuls"] as? [String: Any])
    #expect(matmuls["total"] as? Int == 14 && matmuls["integer"] as? Int == 14)
    #expect((matmuls["blocked"] as? [Any])?.isEmpty == true)
    #expect(report["bytes"] as? Int == (try folder.bytes("small.intaglio").count))

    let image = folder.path("grey.png")
    try Image.grey(side: 8).writePNG(to: image)
    let answers = try [model, output].map { model in
      try intaglio.run(["run", model, image, "--json", "--engine", "integer"])
    }
    #expect(answers.map(\.exitCode) == [0, 0], "\(answers.map(\.errors))")
    #expect(answers[0].output == answers[1].output)
    #expect(answers[0].output.contains("\"logit\""))

    let packed = try intaglio.run(["pack", model, "-o", folder.path("packed"), "--json"]).json()
    #expect(packed["bytes"] as? Int == (try folder.bytes("packed").count))
  }
}
