import Foundation
import Intaglio
import IntaglioTestSupport
import Testing

/// What is said of a model in which nothing is quantized, where integers were asked for.
@Suite("A float model in the place of a quantized one")
struct FloatModelHintTests {
  private let folder: TemporaryFolder
  private let intaglio: Executable
  private let model: String
  private static let settings =
    #"{"num_heads": 2, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}"#
  /// The model's path as a shell takes it.
  private let quoted: String

  init() throws {
    (folder, intaglio) = (try TemporaryFolder(), try Executable())
    var checkpoint = Checkpoint.timm
    checkpoint.files = ["my 'best' model.json": Self.settings]
    model = try checkpoint.write(to: folder, name: "my 'best' model.safetensors")
    quoted = "'" + model.replacing("'", with: "'\\''") + "'"
    try folder.writeImages(2)
  }

  @Test(
    "is answered in three lines with the command that quantizes it, and code 3",
    arguments: [
      ["integerize", "MODEL", "-o", "OUT.intaglio"],
      ["integerize", "integer-only:MODEL", "-o", "OUT.intaglio"],
      ["run", "MODEL", "x.png", "--arithmetic", "integer"],
      ["run", "integer-only:MODEL", "x.png"],
      ["evaluate", "integer:MODEL", "--data", "DATA"],
      ["evaluate", "MODEL", "--data", "DATA", "--layers"],
      ["bench", "MODEL", "--seconds", "0"],
      ["compare", "MODEL", "integer:MODEL", "--data", "DATA"],
      ["compare", "MODEL", "integer-only:MODEL", "--data", "DATA"],
    ]
  )
  func hint(arguments: [String]) throws {
    let run = try intaglio.run(
      arguments.map {
        $0.replacing("MODEL", with: model).replacing("DATA", with: folder.path("data"))
      }
    )
    #expect(run.exitCode == 3)
    #expect(run.output.isEmpty)
    let lines = run.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
    #expect(lines.count == 3, "\(run.errors)")
    #expect(lines.first?.contains("nothing in the model is quantized") == true)
    let command =
      "intaglio quantize \(quoted) --calibration IMAGES --weights 8 --activations 8 -o OUT.intaglio"
    #expect(lines.last?.trimmingCharacters(in: .whitespaces) == command, "\(run.errors)")
  }

  @Test("the command of the hint is one that works, with what was given already")
  func works() throws {
    let output = folder.path("out.intaglio")
    let settings = try folder.file("s.json", Array(Self.settings.utf8))
    let hint = try intaglio.run([
      "integerize", "integer-only:\(model)", "--config", settings, "--calibration",
      folder.path("data"), "-o", output,
    ])
    let command = try #require(hint.errors.split(separator: "\n").last)
    #expect(command.contains("--config \(settings)"), "\(command)")
    let words = command.trimmingCharacters(in: .whitespaces).dropFirst("intaglio".count)
    let run = try intaglio.run([], script: "exec \"$1\" \(words)")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(FileManager.default.fileExists(atPath: output))
  }

  @Test("as JSON the list of layers stays, and with --allow-float the program is saved")
  func list() throws {
    let json = try intaglio.run(["integerize", model, "-o", folder.path("j"), "--json"])
    #expect(json.exitCode == 3 && json.errors.contains("intaglio quantize"), "\(json.errors)")
    let matmuls = try #require(try json.json()["matmuls"] as? [String: Any])
    #expect((matmuls["blocked"] as? [Any])?.count == 14)
    let saved = try intaglio.run(["integerize", model, "-o", folder.path("s"), "--allow-float"])
    #expect(saved.exitCode == 0 && saved.output.contains("Blocked:"), "\(saved.errors)")
  }

  @Test("a word is quoted where a shell would not read it back")
  func quoting() {
    for (word, text) in [
      ("a/b-1.onnx", "a/b-1.onnx"), ("", "''"), ("a b", "'a b'"), ("$HOME", "'$HOME'"),
      ("it's", "'it'\\''s'"), ("-o", "./-o"), ("~x", "'~x'"), ("modèle", "modèle"),
    ] {
      let command = QuantizeCommandLine(model: word).description
      #expect(command.hasPrefix("intaglio quantize \(text) --calibration"), "\(command)")
    }
  }
}
