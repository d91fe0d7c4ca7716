import Foundation
import IntaglioTestSupport
import Testing

/// What becomes of reports that do not arrive, and of names that a terminal would obey.
@Suite("Standard output")
struct OutputTests {
  /// Commands that end soon, each with another kind of text.
  private static let commands = [
    ["--help"], ["run", "--help"], ["--version"], ["--generate-completion-script", "bash"],
    ["inspect", "model.onnx"], ["inspect", "model.onnx", "--json"],
    ["integerize", "model.onnx", "-o", "out"], ["pack", "model.onnx", "-o", "out", "--json"],
    ["run", "model.onnx", "x.npy"],
  ]

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    _ = try ONNXTestModel.write(to: folder) { _ in }
    try TestArray.write([0.25, -0.5], [1, 2], to: folder.path("x.npy"))
  }

  @Test("a report that the system does not take is an error", arguments: commands)
  func full(arguments: [String]) throws {
    let run = try Executable().run(arguments, in: folder, script: #""$@" > /dev/full"#)
    #expect(run.exitCode == 1)
    #expect(run.errors.hasPrefix("Error: standard output: cannot be written: No space left"))
  }

  @Test("a closed standard output is an error, and no file gets the report", arguments: commands)
  func closed(arguments: [String]) throws {
    let run = try Executable().run(arguments, in: folder, script: #""$@" >&-"#)
    #expect(run.exitCode == 1)
    #expect(run.errors.hasPrefix("Error: standard output: cannot be written: Bad file descriptor"))
  }

  @Test("a reader that has gone is no matter for a message", arguments: commands)
  func brokenPipe(arguments: [String]) throws {
    let script = #"trap '' PIPE; { sleep 0.2; "$@"; echo $? >&2; } | true"#
    let run = try Executable().run(arguments, in: folder, script: script)
    #expect(run.errors == "141\n")
  }

  @Test("messages that cannot be written do not trap", arguments: ["2>&-", "2>/dev/full"])
  func errors(redirection: String) throws {
    let run = try Executable().run(
      ["inspect", "gone"],
      in: folder,
      script: "\"$@\" \(redirection)"
    )
    #expect(run.exitCode == 1)
  }

  @Test("names from files are written out, in reports and in messages")
  func names() throws {
    let name = "/\u{1B}]0;owned\u{7}\u{202E}\nError: forged"
    let model = try ONNXTestModel.write(to: folder) { model in
      model.node("Relu", ["y"], ["r\u{1B}[2J"], name: name)
      model.output("r\u{1B}[2J")
    }
    func isPlain(_ text: String) -> Bool {
      text.unicodeScalars.allSatisfy { $0 == "\n" || !($0.value < 32 || $0 == "\u{202E}") }
        && !text.contains("\nError: forged")
    }
    for arguments in [
      ["inspect", model], ["inspect", model, "--json"], ["inspect", model, "--graph"],
      ["integerize", model, "-o", "\u{1B}out"], ["run", model, "x.npy"],
      ["integerize", model, "-o", "out", "--nonlinear", "integer"], ["inspect", "\u{1B}[2J"],
    ] {
      let run = try Executable().run(arguments, in: folder)
      #expect(isPlain(run.output), "\(run.output)")
      #expect(isPlain(run.errors), "\(run.errors)")
    }
  }
}
