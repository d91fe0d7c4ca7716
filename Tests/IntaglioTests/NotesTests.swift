import IntaglioData
import IntaglioTestSupport
import Testing

/// What changes an answer is told where the answer is given.
@Suite("Notes about a model and its images")
struct NotesTests {
  private let intaglio: Executable
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
    var checkpoint = Checkpoint.timm
    checkpoint.files = [
      "vit.json": """
      {"num_heads": 2, "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5], "crop_pct": 1}
      """
    ]
    model = try checkpoint.write(to: folder)
    _ = try folder.subfolder("data")
    for name in ["a.png", "b.png", "c.png"] {
      try Image.grey(side: 8).writePNG(to: folder.path("data/\(name)"))
    }
    _ = try folder.file("data/labels.csv", Array("a.png,0\nb.png,1\n".utf8))
  }

  private func lines(_ run: Executable.Run, _ word: String) -> Int {
    run.errors.split(separator: "\n").count { $0.hasPrefix("note: ") && $0.contains(word) }
  }

  @Test("stand in one line each on standard error of 'run', 'evaluate' and 'compare', and in JSON")
  func notes() throws {
    let data = ["--data", folder.path("data")]
    let image = try intaglio.run(["run", model, folder.path("data/a.png")])
    #expect(image.exitCode == 0 && lines(image, "0…255") == 1, "\(image.errors)")
    for arguments in [["evaluate", model], ["compare", "float:\(model)", "oracle:\(model)"]] {
      let run = try intaglio.run(arguments + data + ["--json"])
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(lines(run, "0…255") == 1 && lines(run, "1 of 3 images") == 1, "\(run.errors)")
      let notes = try #require(try run.json()["notes"] as? [String])
      #expect(notes.contains { $0.contains("0…255") }, "\(notes)")
      #expect(notes.contains { $0.contains("labels.csv") }, "\(notes)")
    }
  }
}
