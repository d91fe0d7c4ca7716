import Foundation
import Intaglio
import IntaglioTestSupport
import Testing

/// Files that are damaged, shortened in use, or cannot be written, through the executable.
@Suite("The command line and files that are not as they should be")
struct FilesCommandTests {
  /// The smallest architecture.
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

  /// A packed model with a plan, whose constants are followed by `more` bytes.
  private func planned(_ name: String, more: Int = 0) throws -> String {
    let run = try intaglio.run(Self.small + ["--save", "saved"], in: folder)
    try #require(run.exitCode == 0, "\(run.errors)")
    let saved = folder.path("saved")
    let plan = try #require(try PackedModel.plan(SafetensorsFile(contentsOf: saved)))
    let model = try PackedModel.read(path: saved)
    let zeros = [UInt8](repeating: 0, count: more)
    try PackedModel.write(
      graph: model.graph,
      description: model.description,
      plan: PackedPlan(steps: plan.steps, constants: plan.constants.copy() + zeros),
      to: folder.path(name)
    )
    return folder.path(name)
  }

  @Test("a bit that flips in any part of a file with a plan is named, and nothing is computed")
  func flippedBits() throws {
    let path = try planned("model")
    let bytes = try folder.bytes("model")
    for tensor in try SafetensorsFile(contentsOf: path).tensors {
      guard tensor.name.hasPrefix("__plan") || tensor.name.contains("blocks.0.mlp.fc1") else {
        continue
      }
      var damaged = bytes
      damaged[tensor.bytes.fileOffset + tensor.bytes.count / 2] ^= 4
      try folder.file("damaged", damaged)
      let run = try intaglio.run(["bench", "damaged", "--seconds", "0"], in: folder)
      #expect(run.exitCode == 1 && run.output.isEmpty, "\(tensor.name)")
      let part = tensor.name.hasPrefix("__plan") ? "of its plan" : "the tensors of its program"
      #expect(run.errors.contains(part) && run.errors.contains("damaged"), "\(run.errors)")
    }
  }

  @Test("a file that is shortened while it is mapped ends the run with a message, not a signal")
  func shortened() throws {
    let path = try planned("model", more: 1 << 21)
    let worker = try intaglio.converse(["bench", path, "--worker", "--threads", "1"])
    #expect(try worker.hear()?["ready"] as? Bool == true)
    try #require(truncate(path, 0) == 0)
    try worker.say("run 0")
    #expect(try worker.hear() == nil)
    #expect(try worker.end() == 1)
    let errors = try worker.errors
    #expect(errors.hasPrefix("Error: \(path): cannot be read on"), "\(errors)")
    #expect(errors.contains("shortened") && errors.split(separator: "\n").count == 1)
  }

  @Test("a packed model never takes the place of the model that it was made from")
  func source() throws {
    let model = try Checkpoint.qvit.write(to: folder, name: "vit.safetensors")
    let bytes = try folder.bytes("vit.safetensors")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("other"),
      withDestinationPath: "vit.safetensors"
    )
    for output in ["vit.safetensors", "other"] {
      let run = try intaglio.run(["pack", model, "-o", output], in: folder)
      #expect(run.exitCode == 1 && run.errors.contains("choose another name"), "\(run.errors)")
    }
    #expect(try folder.bytes("vit.safetensors") == bytes)
  }

  @Test("a name that is not UTF-8 is refused before another file is taken for it")
  func namesThatAreNoText() throws {
    let run = try intaglio.run(
      ["inspect", "x"],
      in: folder,
      script: #""$1" "$2" "$(printf 'a\377')""#
    )
    #expect(run.exitCode == 64 && run.errors.contains("UTF-8"), "\(run.errors)")
  }

  @Test("-o follows a link and refuses a stream, a device and a pipe")
  func outputs() throws {
    let model = try Checkpoint.qvit.write(to: folder, name: "vit.safetensors")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"),
      withDestinationPath: "target"
    )
    let linked = try intaglio.run(["pack", model, "-o", "link"], in: folder)
    #expect(linked.exitCode == 0, "\(linked.errors)")
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link")) == "target"
    )
    #expect(PackedModel.recognizes(try SafetensorsFile(contentsOf: folder.path("target"))))
    try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
    let before = try folder.names()
    for output in ["/dev/stdout", "/dev/null", "pipe"] {
      let run = try intaglio.run(["pack", model, "-o", output], in: folder)
      #expect(run.exitCode == 1 && run.output.isEmpty)
      #expect(run.errors.contains("\(output): cannot be written"), "\(run.errors)")
      #expect(run.errors.contains("name a file"), "\(run.errors)")
    }
    #expect(try folder.names() == before)
  }

  @Test(
    "a full disk is an error, the old file stands and nothing is left",
    .enabled(if: SmallDisk.isAvailable, "this user may not mount a disk")
  )
  func fullDisk() throws {
    let disk = try #require(SmallDisk())
    let old = try disk.folder.file("old", [UInt8](repeating: 1, count: 30_000))
    let model = try planned("model")
    for arguments in [["pack", model, "-o", old], Self.small + ["--save", old]] {
      let run = try intaglio.run(arguments)
      #expect(run.exitCode == 1, "\(run.errors)")
      #expect(run.errors.contains("\(old): cannot be written: No space left"), "\(run.errors)")
      #expect(try disk.folder.names() == ["old"])
      #expect(try disk.folder.bytes("old").count == 30_000)
    }
  }

  @Test("the user's limit of a file's size is an error, not a signal")
  func sizeLimit() throws {
    let model = try planned("model")
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    let command = "ulimit -f 8; exec '\(intaglio.path)' pack '\(model)' -o out 2> errors"
    shell.arguments = ["-c", command]
    shell.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationReason == .exit && shell.terminationStatus == 1)
    let errors = String(decoding: try folder.bytes("errors"), as: UTF8.self)
    #expect(errors.contains("out: cannot be written: File too large"), "\(errors)")
    #expect(try folder.names() == ["errors", "model", "saved"])
  }

  @Test(
    "crafted and damaged files give the right answer or an error",
    .enabled(if: SharedData.isWanted, "no shared data")
  )
  func damaged() throws {
    guard let damaged = SharedData.path("cases/damaged") else { return }
    let image = "\(damaged)/img.npy"
    let truth = try intaglio.run(["run", "\(damaged)/q.intaglio", image, "--json"])
    try #require(truth.exitCode == 0, "\(truth.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: damaged).sorted()
    for name in names where name.hasSuffix(".intaglio") && name != "o.intaglio" {
      let run = try intaglio.run(["run", "\(damaged)/\(name)", image, "--json"])
      let code = try #require(run.exitCode, "\(name): a signal")
      if code == 0 {
        #expect(run.output == truth.output, "\(name)")
      } else {
        #expect(code == 1 && run.output.isEmpty && run.errors.contains(name), "\(run.errors)")
      }
    }
  }
}
