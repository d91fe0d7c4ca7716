import Foundation
import Intaglio
import IntaglioTestSupport
import Testing

/// Runs that are killed while they write.
///
/// `Scripts/kill-while-writing.sh` is the long form.
@Suite("Killed while writing", .serialized)
struct KillTests {
  private let intaglio: Executable
  private let folder: TemporaryFolder
  /// What `pack` makes of the models `a` and `b`.
  private let packed: [[UInt8]]

  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
    var packed: [[UInt8]] = []
    for (seed, name) in ["a", "b"].enumerated() {
      // Large enough that writing takes a while.
      let codes = (0..<300_000).map { ($0 &* (2 * seed + 31)) % 251 - 125 }
      var graph = Graph()
      let weights = try #require(Tensor(codes, .i8, shape: [300, 1000]))
      graph.addOutput("y", try graph.append(.constant(weights), name: "weights"))
      let path = folder.path(name)
      try PackedModel.write(
        graph: graph,
        description: ModelDescription(name: name, source: "test"),
        to: path
      )
      packed.append(try folder.bytes(name))
    }
    self.packed = packed
  }

  private func write(_ name: String, _ output: String = "out") throws {
    let run = try intaglio.run(["pack", name, "-o", output], in: folder)
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  private func temporaries() throws -> [String] {
    try folder.names().filter { $0.hasPrefix(".") }
  }

  @Test("at any moment the old file is intact or the new one whole, and the next write tidies up")
  func anyMoment() throws {
    try write("a")
    let start = ContinuousClock.now
    try write("b")
    let whole = (ContinuousClock.now - start) / .seconds(1)
    var random = SplitMix64(seed: 14)
    for turn in 0..<20 {
      if try folder.bytes("out") != packed[0] || !temporaries().isEmpty { try write("a") }
      #expect(try temporaries() == [])
      let process = try intaglio.start(["pack", "b", "-o", "out"], in: folder)
      // Half of them near the end, where the file is written.
      let from = turn % 2 == 0 ? 0 : 0.7 * whole
      Thread.sleep(forTimeInterval: .random(in: from...1.1 * whole, using: &random))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(packed.contains(try folder.bytes("out")), "turn \(turn)")
    }
    try write("a")
    #expect(try folder.names() == ["a", "b", "out"])
  }

  @Test(
    "a signal that can be handled leaves nothing, one that cannot leaves it to the next write",
    arguments: [SIGTERM, SIGKILL]
  )
  func signals(signal: Int32) throws { try endedRuns(by: signal) }

  @Test("an interrupt leaves nothing", .enabled(if: !isIgnored(SIGINT), "SIGINT is ignored here"))
  func interrupt() throws { try endedRuns(by: SIGINT) }

  @Test("a hang-up leaves nothing", .enabled(if: !isIgnored(SIGHUP), "SIGHUP is ignored here"))
  func hangUp() throws { try endedRuns(by: SIGHUP) }

  private func endedRuns(by signal: Int32) throws {
    try write("a")
    var wasCaught = false
    for _ in 0..<30 where !wasCaught {
      let process = try intaglio.start(["pack", "b", "-o", "out"], in: folder)
      while process.isRunning, try temporaries().isEmpty {}
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(packed.contains(try folder.bytes("out")))
      if process.terminationReason == .uncaughtSignal {
        #expect(process.terminationStatus == signal)
        if signal != SIGKILL { #expect(try temporaries() == []) }
        wasCaught = try folder.bytes("out") == packed[0]
      }
      try write("a")
      #expect(try temporaries() == [])
    }
    #expect(wasCaught, "never killed while the temporary file was there")
  }

  /// What is started in the background or with nohup ignores some signals, and so do its children.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(signal, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
