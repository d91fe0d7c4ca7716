import ArgumentParser
import Intaglio

/// How many threads run.
struct ThreadOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help:
      "How many threads run; as many as there are cores when absent, and 64 or 8 for each core at most."
  )
  var threads: Int?

  /// More threads than that only wait for each other.
  static let limit = max(8 * Engine.coreCount, 64)

  mutating func validate() throws {
    try Limits.check("--threads", threads, atLeast: 1)
    if let threads, threads > Self.limit {
      StandardError.write("note: --threads: \(threads) are more than help; \(Self.limit) run")
      self.threads = Self.limit
    }
  }

  var count: Int { threads ?? Engine.coreCount }
}
