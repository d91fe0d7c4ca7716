import Foundation
import Intaglio
import IntaglioData
import IntaglioNumerics
import IntaglioTestSupport
import Testing

/// The command `score`: rows of any number of images, whatever happens on the way.
@Suite("intaglio score")
struct ScoreCommandTests {
  private let intaglio: Executable
  private let folder: TemporaryFolder

  /// 40 of the demo's images as files in two folders, one of which is no image.
  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
    for index in 0..<40 {
      let name = "images/\(index % 2 == 0 ? "a" : "b, c")/\(10 + index).png"
      let bytes = index == 17 ? Array("no image".utf8) : try Self.image(index).png()
      try folder.file(name, bytes)
    }
  }

  private static func image(_ index: Int) throws -> Image {
    var random = SplitMix64(seed: UInt64(index))
    let pixels = (0..<64 * 64).map { _ in UInt8.random(in: 90...160, using: &random) }
    return try Image(width: 64, height: 64, channels: 1, pixels: pixels)
  }

  private func score(_ arguments: [String], expecting code: Int32 = 0) throws -> Executable.Run {
    let run = try intaglio.run(["score", "demo:2"] + arguments, in: folder)
    #expect(run.exitCode == code, "\(run.errors)")
    return run
  }

  private func rows(_ name: String) throws -> [[String: Any]] {
    try String(decoding: folder.bytes(name), as: UTF8.self).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test("a row for each image in the order of their names, with the answer of run")
  func answers() throws {
    let report = try score(["--data", "images", "-o", "out.jsonl", "--json"]).json()
    #expect(report["images"] as? Int == 40)
    #expect(report["failed"] as? Int == 1)
    let rows = try rows("out.jsonl")
    let names = rows.compactMap { $0["image"] as? String }
    #expect(names.count == 40)
    #expect(names == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    let bad = rows.filter { $0["error"] != nil }
    #expect(bad.map { $0["image"] as? String } == ["b, c/27.png"])
    for row in [rows[0], rows[39]] {
      let image = try #require(row["image"] as? String)
      let run = try intaglio.run(["run", "demo:2", "images/\(image)", "--json"], in: folder)
      let answers = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
      let answer = try #require((answers as? [[String: Any]])?.first)
      let first = try #require((answer["classes"] as? [[String: Any]])?.first)
      #expect(row["class"] as? Int == first["index"] as? Int)
      #expect(
        (row["logit"] as? Double).map(Float.init) == (first["logit"] as? Double).map(Float.init)
      )
      #expect(row["name"] as? String == first["name"] as? String)
    }
    #expect(try folder.names().filter { $0.contains(".part") } == [])
  }

  @Test("threads and parts change no row")
  func parts() throws {
    _ = try score(["--data", "images", "-o", "whole.jsonl", "--threads", "1"])
    for index in 1...3 {
      _ = try score([
        "--data", "images", "-o", "\(index).jsonl", "--shard", "\(index)/3", "--threads", "2",
      ])
    }
    func lines(_ name: String) throws -> [String] {
      try String(decoding: folder.bytes(name), as: UTF8.self).split(separator: "\n").map(
        String.init
      )
    }
    let whole = try lines("whole.jsonl")
    let parts = try (1...3).map { try lines("\($0).jsonl") }
    #expect(whole.indices.map { parts[$0 % 3][$0 / 3] } == whole)
  }

  @Test("CSV has a header, fields in quotes, and the same numbers; a list is a source, too")
  func csv() throws {
    try folder.file("list.txt", Array("images/b, c/11.png\n\nabsent.png\nimages/a/10.png\n".utf8))
    _ = try score(["--data", "list.txt", "-o", "out.csv"])
    let lines = try String(decoding: folder.bytes("out.csv"), as: UTF8.self)
      .components(separatedBy: "\r\n")
    #expect(lines.count == 5)
    #expect(lines[0] == "image,class,name,probability,logit,error")
    #expect(lines[1].hasPrefix("\"images/b, c/11.png\","))
    #expect(lines[2].hasPrefix("absent.png,,,,,"))
    #expect(lines[2].count > "absent.png,,,,,".count)
    #expect(lines[3].hasPrefix("images/a/10.png,"))
  }

  @Test("a run that is killed at any moment goes on without a lost or repeated row")
  func kills() throws {
    _ = try score(["--data", "images", "-o", "whole.jsonl"])
    let whole = try folder.bytes("whole.jsonl")
    var random = SplitMix64(seed: 5)
    for _ in 0..<6 {
      let process = try intaglio.start(
        ["score", "demo:2", "--data", "images", "-o", "out.jsonl", "--threads", "1"],
        in: folder
      )
      Thread.sleep(forTimeInterval: .random(in: 0.02...0.3, using: &random))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    _ = try score(["--data", "images", "-o", "out.jsonl", "--threads", "1"])
    #expect(try folder.bytes("out.jsonl") == whole)
  }

  @Test("half a row is written again")
  func torn() throws {
    _ = try score(["--data", "images", "-o", "whole.jsonl"])
    let whole = try folder.bytes("whole.jsonl")
    try begin("out.jsonl")
    try folder.file("out.jsonl.part", Array(whole.prefix(whole.count * 2 / 3)))
    let report = try score(["--data", "images", "-o", "out.jsonl", "--json"]).json()
    #expect(try folder.bytes("out.jsonl") == whole)
    #expect(try #require(report["resumed"] as? Int) > 20)
  }

  @Test("rows of other images, another model or other options are refused; --restart begins anew")
  func otherRuns() throws {
    try begin("out.jsonl")
    try folder.file("out.jsonl.part", Array("{\"image\":\"a/99.png\",\"class\":1}\n".utf8))
    let stray = try score(["--data", "images", "-o", "out.jsonl"], expecting: 1)
    #expect(stray.errors.contains("line 1: expected the row of 'a/10.png'"))
    let top = try score(["--data", "images", "-o", "out.jsonl", "--top", "2"], expecting: 1)
    #expect(top.errors.contains("the same --top (2), found 1"))
    let other = try intaglio.run(
      ["score", "demo:3", "--data", "images", "-o", "out.jsonl"],
      in: folder
    )
    #expect(other.exitCode == 1)
    #expect(other.errors.contains("the same model"))
    _ = try score(["--data", "images", "-o", "out.jsonl", "--top", "2", "--restart"])
    #expect((try rows("out.jsonl")[0]["classes"] as? [Any])?.count == 2)
  }

  /// Leaves what a run leaves that was killed before its first row.
  private func begin(_ name: String) throws {
    let process = try intaglio.start(
      ["score", "demo:2", "--data", "images", "-o", name],
      in: folder
    )
    while try !folder.names().contains("\(name).part.json") { usleep(1000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  @Test("rows of which nothing says what they are stay")
  func unknownRun() throws {
    try folder.file("out.jsonl.part", Array("{\"image\":\"a/10.png\",\"class\":1}\n".utf8))
    let run = try score(["--data", "images", "-o", "out.jsonl"], expecting: 1)
    #expect(run.errors.contains("--restart begins anew"))
    #expect(try folder.bytes("out.jsonl.part").count == 31)
  }

  @Test("other options make other rows, and are told apart")
  func otherOptions() throws {
    let arguments = ["--data", "images", "-o", "out.jsonl", "--arithmetic"]
    try begin("out.jsonl")
    let first = try String(decoding: folder.bytes("out.jsonl.part.json"), as: UTF8.self)
    try folder.file("out.jsonl.part", Array("{\"image\":\"a/10.png\",\"class\":1}\n".utf8))
    let run = try score(arguments + ["integer-only", "--stream-bits", "12"], expecting: 1)
    #expect(run.errors.contains("expected the rows of a run that was interrupted"))
    #expect(first.contains("programHash"))
  }

  @Test("a part without an image is an empty file")
  func emptyPart() throws {
    try folder.file("two.txt", Array("images/a/10.png\nimages/a/12.png\n".utf8))
    _ = try score(["--data", "two.txt", "-o", "out.jsonl", "--shard", "3/3"])
    #expect(try folder.bytes("out.jsonl") == [])
  }

  @Test("a comma with a mark on it is a comma, and a line's end in a name is no new row")
  func strangeNames() throws {
    for name in ["comma,\u{301}y.png", "quote\"\u{301}y,z.png", "line\nend.png"] {
      try folder.file("strange/\(name)", try Self.image(3).png())
    }
    _ = try score(["--data", "strange", "-o", "out.csv"])
    let text = try String(decoding: folder.bytes("out.csv"), as: UTF8.self)
    let lines = text.unicodeScalars.split(separator: "\n").map {
      String(String.UnicodeScalarView($0))
    }
    #expect(lines.count == 4)
    #expect(lines[1].unicodeScalars.starts(with: "\"comma,\u{301}y.png\",".unicodeScalars))
    #expect(lines[2].unicodeScalars.starts(with: "line\\nend.png,".unicodeScalars))
    #expect(lines[3].unicodeScalars.starts(with: "\"quote\"\"\u{301}y,z.png\",".unicodeScalars))
  }

  @Test("wrong names, parts and places are refused")
  func badInput() throws {
    for (arguments, message) in [
      (["--data", "images", "-o", "out.txt"], "expected a name that ends in .jsonl or .csv"),
      (["--data", "images", "-o", "out.csv", "--top", "3"], "needs a .jsonl file"),
      (["--data", "images", "-o", "out.jsonl", "--shard", "3/2"], "--shard"),
      (["--data", "images", "-o", "out.jsonl", "--shard", "0/2"], "--shard"),
    ] {
      let run = try score(arguments, expecting: 64)
      #expect(run.errors.contains(message), "\(run.errors)")
    }
    for (arguments, message) in [
      (["--data", "nowhere", "-o", "out.jsonl"], "folder of images or list of files is missing"),
      (["--data", "images", "-o", "nowhere/out.jsonl"], "cannot be written"),
    ] {
      let run = try score(arguments, expecting: 1)
      #expect(run.errors.contains(message), "\(run.errors)")
    }
    try folder.file("empty/readme.txt", [])
    #expect(
      try score(["--data", "empty", "-o", "out.jsonl"], expecting: 1).errors.contains("image")
    )
  }
}
