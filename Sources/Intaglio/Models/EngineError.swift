/// Why an engine cannot take a model or its samples.
public enum EngineError: Error, Hashable, Sendable, CustomStringConvertible {
  case ports(inputs: Int, outputs: Int)
  case samples(expected: Int, of: Int, found: Int)
  /// A number that is none, at a place within a sample.
  case notFinite(sample: Int, position: [Int], found: Float)
  /// The input holds codes, and this is none of them.
  case noCode(input: String, sample: Int, position: [Int], found: Float)

  public var description: String {
    switch self {
    case .ports(let inputs, let outputs):
      "the model has \(inputs) inputs and \(outputs) outputs; expected one input and at least one output"
    case .samples(let expected, let size, let found):
      "expected \(expected) samples of \(size) numbers, found \(found) numbers"
    case .notFinite(let sample, let position, let found):
      "sample \(sample): expected finite numbers, found \(found) at \(position)"
    case .noCode(let input, let sample, let position, let found):
      "sample \(sample): expected codes of \(input), found \(found) at \(position)"
    }
  }
}
