import ArgumentParser
import Foundation
import Intaglio
import IntaglioReport

/// Times a packed model in a process of its own, whose peak of memory is the model's.
struct TimeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "time-packed",
    abstract: "Time a packed model in any arithmetic; 'report' calls it.",
    shouldDisplay: false
  )

  @Argument var file: String
  @Option var arithmetic: Arithmetic
  @Option var batch: Int
  @Option var seconds: Double
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    try Limits.check("--batch", batch, in: 1...1_000_000)
    try Limits.check("--seconds", seconds, in: BenchWorker.secondsLimit)
  }

  func run() throws {
    let timing = try AdoptionTiming(
      of: file,
      arithmetic,
      threads: threads.count,
      batch: batch,
      seconds: seconds
    )
    try StandardOutput.print(try JSON.line(timing))
  }

  /// The same by another process of this program; in this one where none can be started.
  static func time(
    _ file: String,
    _ arithmetic: Arithmetic,
    threads: Int,
    batch: Int,
    seconds: Double
  ) throws -> AdoptionTiming {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      "time-packed", file, "--arithmetic", arithmetic.rawValue, "--batch", "\(batch)",
      "--seconds", "\(seconds)", "--threads", "\(threads)",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      if process.terminationStatus == 0 {
        return try JSONDecoder().decode(AdoptionTiming.self, from: data)
      }
    } catch {}
    return try AdoptionTiming(
      of: file,
      arithmetic,
      threads: threads,
      batch: batch,
      seconds: seconds
    )
  }
}
