/// What a stream bench found out.
public struct StreamResult: Hashable, Sendable {
  /// How many lanes were compared, and how many of them were different.
  public let compared: Int
  public let mismatched: Int
  /// Cycles in which one of the streams paused.
  public let stalls: Int
  /// Cycles from the last beat of an input to the first of its answer: the fewest and the most.
  public let cycles: ClosedRange<Int>
  /// Beats whose `tlast` is not where it belongs, or that did not wait unchanged until they were taken.
  public let misplaced: Int
  /// Whether the machine said that an input was broken off.
  public let reportsError: Bool
  /// The first beats with a mismatch.
  public let mismatches: [Mismatch]

  public var isEqual: Bool { mismatched == 0 && misplaced == 0 && !reportsError }

  public struct Mismatch: Hashable, Sendable, Encodable {
    /// Counted over all answers.
    public let beat: Int
    /// A bit for every lane that is wrong, hexadecimal.
    public let lanes: String
    /// All lanes, the first one in the lowest bits, hexadecimal; x for unknown bits.
    public let found: String
    public let expected: String
  }

  /// What a bench printed; `nil` when a line is missing or damaged.
  init?(_ output: String) {
    let lines = output.split(separator: "\n").map { $0.split(separator: " ") }
    func fields(_ words: [Substring]) -> [Substring: Substring] {
      Dictionary(
        words.compactMap { word in
          let parts = word.split(separator: "=", maxSplits: 1)
          return parts.count == 2 ? (parts[0], parts[1]) : nil
        },
        uniquingKeysWith: { first, _ in first }
      )
    }
    guard let result = lines.first(where: { $0.first == "RESULT" }).map(fields) else { return nil }
    func number(_ key: Substring) -> Int? { result[key].flatMap { Int($0) } }
    guard let compared = number("compared"), let mismatched = number("mismatched"),
      let stalls = number("stalls"), let shortest = number("shortest"),
      let longest = number("longest"), shortest <= longest, let misplaced = number("misplaced"),
      let error = number("error")
    else { return nil }
    self.compared = compared
    self.mismatched = mismatched
    self.stalls = stalls
    cycles = shortest...longest
    self.misplaced = misplaced
    reportsError = error != 0
    mismatches = lines.filter { $0.first == "MISMATCH" }.compactMap { words in
      let fields = fields(words)
      guard let beat = fields["beat"].flatMap({ Int($0) }), let lanes = fields["lanes"],
        let found = fields["found"], let expected = fields["expected"]
      else { return nil }
      return Mismatch(
        beat: beat,
        lanes: String(lanes),
        found: String(found),
        expected: String(expected)
      )
    }
  }
}

extension Simulator {
  /// Runs `bench` in `folder`, which gets all files.
  ///
  /// - Parameters:
  ///   - bench: what is sent and expected.
  ///   - images: what the machine itself loads.
  ///   - folder: exists and is empty, or holds what an earlier run left.
  ///   - isLong: whether it runs for so long that a slower build pays off.
  /// - Returns: what was compared.
  /// - Throws: `SimulationError`; `ToolError.silent` where the machine got stuck, too.
  public func run(
    _ bench: StreamBench,
    images: [Verilog.MemoryImage],
    in folder: String,
    isLong: Bool = false
  ) throws(SimulationError) -> StreamResult {
    let design: Verilog.Design
    do { design = try bench.design(images: images) } catch { throw .bench(error) }
    let output: String
    do { output = try run(design, in: folder, isLong: isLong) } catch { throw .tool(error) }
    guard let result = StreamResult(output) else { throw .tool(.silent(tool, output)) }
    return result
  }

  /// Runs `bench` around a machine whose files lie in `folder`, whoever wrote them.
  ///
  /// - Parameters:
  ///   - bench: what is sent and expected; its machine says which ports there must be.
  ///   - sources: the files of the machine's modules.
  ///   - folder: has them, and what they load; gets the files of the bench.
  ///   - isLong: whether it runs for so long that a slower build pays off.
  /// - Returns: what was compared.
  /// - Throws: `SimulationError`; `ToolError.silent` where the machine got stuck, too.
  public func run(
    _ bench: StreamBench,
    around sources: [String],
    in folder: String,
    isLong: Bool
  ) throws(SimulationError) -> StreamResult {
    let design: Verilog.Design
    do { design = try bench.design(images: []) } catch { throw .bench(error) }
    let output: String
    do throws(ToolError) {
      let top = "\(design.top.name).v"
      try TextFile.write(design.top.text, to: "\(folder)/\(top)")
      for image in design.images { try TextFile.write(image.text, to: "\(folder)/\(image.name)") }
      output = try run(
        sources + [top],
        top: design.top.name,
        in: folder,
        isLong: isLong,
        isForeign: true
      )
    } catch {
      throw .tool(error)
    }
    guard let result = StreamResult(output) else { throw .tool(.silent(tool, output)) }
    return result
  }
}
