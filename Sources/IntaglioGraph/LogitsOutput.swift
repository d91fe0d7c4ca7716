/// The output of a model that holds its answers: a row of classes for every sample.
public struct LogitsOutput: Hashable, Sendable {
  /// The position among the outputs.
  public let index: Int
  public let name: String
  /// How many numbers a sample has in it.
  public let classes: Int
  /// How many samples one pass takes.
  public let batch: Int
  /// The dimensions of one sample of the input.
  public let sampleShape: [Int]

  /// What a model calls it that has several outputs.
  public static let usualName = "logits"

  /// The only output, the one that `choice` names, the one that is called `logits`, or the only one that
  /// has a row for every sample; its first axis must count the samples of the input.
  ///
  /// - Parameters:
  ///   - outputs: every output of the model.
  ///   - input: what the model takes; its first axis counts samples, unless an input of three dimensions has
  ///     none for that.
  ///   - choice: the name of the output, where somebody said which.
  /// - Throws: `LogitsError` when none fits or several do.
  public init(
    outputs: [(name: String, type: ValueType)],
    input: ValueType,
    choice: String? = nil
  ) throws(LogitsError) {
    let index = try Self.index(outputs, input, choice)
    let (name, type) = outputs[index]
    guard !type.shape.contains(0) else { throw .empty(output: name, found: type) }
    guard let rows = Rows(type.shape, input.shape) else {
      throw .rows(output: name, found: type, input: input)
    }
    (self.index, self.name) = (index, name)
    (classes, batch, sampleShape) = (rows.classes, rows.batch, rows.sampleShape)
  }

  private static func index(
    _ outputs: [(name: String, type: ValueType)],
    _ input: ValueType,
    _ choice: String?
  ) throws(LogitsError) -> Int {
    let found = outputs.map { "\($0.name): \($0.type)" }
    if let choice {
      let index = outputs.firstIndex { $0.name == choice }
      guard let index else { throw .unknown(output: choice, found: found) }
      return index
    }
    guard outputs.count > 1 else {
      if outputs.isEmpty { throw .none }
      return 0
    }
    if let index = outputs.firstIndex(where: { $0.name == usualName }) { return index }
    let candidates = outputs.indices.filter {
      outputs[$0].type.shape.count == 2 && Rows(outputs[$0].type.shape, input.shape) != nil
    }
    guard candidates.count == 1 else { throw .several(found: found) }
    return candidates[0]
  }
}

/// An output as one row of numbers for every sample of an input.
private struct Rows {
  let classes: Int
  let batch: Int
  let sampleShape: [Int]

  /// `nil` where the first axis of the output does not count the samples, or a sample has more than one
  /// extent beside those of 1: a row for every token, say.
  init?(_ output: [Int], _ input: [Int]) {
    let leading = input.first ?? 1
    guard leading > 0 else { return nil }
    func isRow(_ extents: some Collection<Int>) -> Bool { extents.count { $0 != 1 } <= 1 }
    if input.count != 3 || output.count > 1, output.first == leading, !input.isEmpty,
      isRow(output.dropFirst()), output.count > 1 || leading == 1
    {
      (batch, sampleShape) = (leading, Array(input.dropFirst()))
    } else if input.count == 3 || leading == 1, isRow(output) {
      // One sample, with an axis for that or without.
      batch = 1
      sampleShape = input.count == 3 && leading != 1 ? input : Array(input.dropFirst())
    } else {
      return nil
    }
    classes = output.reduce(1, *) / batch
    guard classes > 0 else { return nil }
  }
}

/// Why no output of a model holds its answers.
public enum LogitsError: Error, Hashable, Sendable, CustomStringConvertible {
  case none
  /// No output has the name that was given.
  case unknown(output: String, found: [String])
  /// Nothing says which of several.
  case several(found: [String])
  /// There are no numbers.
  case empty(output: String, found: ValueType)
  /// Not a row of numbers for every sample.
  case rows(output: String, found: ValueType, input: ValueType)

  public var description: String {
    switch self {
    case .none: "the model has no output"
    case .unknown(let output, let found):
      "no output is called '\(output)'; the model has \(found.joined(separator: ", "))"
    case .several(let found):
      "expected one output, or one called '\(LogitsOutput.usualName)', found "
        + found.joined(separator: ", ") + "; say which holds the logits (--logits NAME)"
    case .empty(let output, let found):
      "output \(output): expected logits, found \(found), which has no elements: one of its dimensions is 0"
    case .rows(let output, let found, let input):
      "output \(output): expected a row of logits for each of the \(input.shape.first ?? 1) samples of "
        + "the input \(input), found \(found)"
    }
  }
}

extension Graph {
  /// The output that holds the answers, see `LogitsOutput`.
  ///
  /// - Parameter choice: its name, where somebody said which.
  /// - Returns: where it stands and how many classes it has.
  /// - Throws: `LogitsError` when none fits or several do.
  public func logits(_ choice: String? = nil) throws(LogitsError) -> LogitsOutput {
    try LogitsOutput(
      outputs: outputs.map { ($0.name, type(of: $0.value)) },
      input: inputs.first.map { type(of: $0) } ?? ValueType(.real, []),
      choice: choice
    )
  }
}
