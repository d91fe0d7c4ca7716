import Intaglio
import IntaglioReport

/// Times a program on request, so that several engines can be measured in turn.
///
/// Writes `{"ready": true, "rss": BYTES}` once calls are warm, then for each line `run SECONDS` on
/// standard input one line `{"t": [seconds of each call], "rss": BYTES}`, until the input ends. A
/// line that says something else is answered with `{"error": …}`.
struct BenchWorker {
  let bench: Bench

  private struct Ready: Encodable {
    let ready = true
    let rss: Int
  }

  private struct Answer: Encodable {
    let t: [Double]
    let rss: Int
  }

  private struct Refusal: Encodable {
    let error: String
  }

  func run() throws {
    _ = try bench.times(for: 0)
    try write(Ready(rss: Machine.peakResidentBytes))
    while let line = readLine() {
      if let seconds = Self.seconds(in: line) {
        let times = try bench.times(for: seconds)
        try write(Answer(t: times, rss: Machine.peakResidentBytes))
      } else {
        try write(Refusal(error: "expected 'run SECONDS', found '\(line)'"))
      }
    }
  }

  /// How long it may take to measure; more than anybody waits.
  static let secondsLimit = 0.0...1_000_000

  /// `run 0.5` → 0.5.
  static func seconds(in line: String) -> Double? {
    let words = line.split(separator: " ")
    guard words.count == 2, words[0] == "run", let seconds = Double(words[1]),
      secondsLimit.contains(seconds)
    else { return nil }
    return seconds
  }

  /// One line, at once.
  private func write(_ value: some Encodable) throws {
    try StandardOutput.print(try JSON.line(value))
  }
}
