/// What a bench found out about one trace.
public struct TraceResult: Hashable, Sendable {
  /// How many outputs were compared, and how many of them were different.
  public let compared: Int
  public let mismatched: Int
  /// Cycles in which the module was not enabled.
  public let stalls: Int
  /// Cycles, stalls and reset included.
  public let cycles: Int
  /// The first mismatches.
  public let mismatches: [Mismatch]

  public struct Mismatch: Hashable, Sendable, CustomStringConvertible {
    public let cycle: Int
    /// The port and the lane in it.
    public let output: String
    public let lane: Int
    /// Hexadecimal; x for bits that no value was given.
    public let found: String
    public let expected: String

    public var description: String {
      "cycle \(cycle), \(output) lane \(lane): expected \(expected), found \(found)"
    }
  }

  /// How the lines of a bench begin.
  static let mark = "RESULT"
  static let mismatchMark = "MISMATCH"

  /// The results of `traces` in what their bench printed; `nil` when a line is missing or damaged.
  public static func all(of traces: [Trace], in output: String) -> [TraceResult]? {
    let lines = output.split(separator: "\n").compactMap { Fields($0) }
    var results: [TraceResult] = []
    for (index, trace) in traces.enumerated() {
      let mine = lines.filter { $0.number("trace") == index }
      guard let line = mine.first(where: { $0.mark == mark }),
        let compared = line.number("compared"),
        let mismatched = line.number("mismatched"), let stalls = line.number("stalls")
      else { return nil }
      results.append(
        TraceResult(
          compared: compared,
          mismatched: mismatched,
          stalls: stalls,
          cycles: trace.cycles.count,
          mismatches: mine.compactMap { line in
            guard line.mark == mismatchMark, let cycle = line.number("cycle"),
              let lane = line.number("lane"), let output = line.values["output"],
              let found = line.values["found"], let expected = line.values["expected"]
            else { return nil }
            return Mismatch(
              cycle: cycle,
              output: output,
              lane: lane,
              found: found,
              expected: expected
            )
          }
        )
      )
    }
    return results
  }

  /// A line `MARK key=value key=value …`.
  private struct Fields {
    let mark: String
    let values: [String: String]

    init?(_ line: Substring) {
      let words = line.split(separator: " ")
      guard let first = words.first,
        [TraceResult.mark, TraceResult.mismatchMark].contains(String(first))
      else { return nil }
      mark = String(first)
      let pairs = words.dropFirst().compactMap { word -> (String, String)? in
        let parts = word.split(separator: "=", maxSplits: 1)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
      }
      values = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    func number(_ key: String) -> Int? { values[key].flatMap { Int($0) } }
  }
}
