/// Why a model cannot be judged on a data set.
public enum EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The model file says nothing of how an image becomes the input.
  case noPreprocessing(model: String, input: String)
  case inputSize(image: String, expected: Int, found: Int)
  case logitsShape(expected: [Int], found: [Int])

  public var description: String {
    switch self {
    case .noPreprocessing(let model, let input):
      "\(model): nothing says how an image becomes the input \(input); "
        + "put a JSON file with \"mean\", \"std\" and \"input_size\" beside the model"
    case .inputSize(let image, let expected, let found):
      "\(image): the preprocessed image has \(found) numbers, the model's input \(expected); "
        + "check size and channels of the preprocessing"
    case .logitsShape(let expected, let found):
      "recorded logits: expected at least \(expected), found \(found)"
    }
  }
}
