/// Why a model cannot be judged on a data set.
public enum EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The model file says nothing of how an image becomes the input.
  case noPreprocessing(model: String, input: String, NoPreprocessing)
  /// An image after its preprocessing, or an array, has other dimensions than a sample of the model.
  case inputShape(name: String, expected: [Int], found: [Int], isImage: Bool)
  /// An array of integers where the input holds reals.
  case integers(name: String, input: String, found: String)
  /// A number of an image or array is none, or no code where the input holds codes.
  case element(name: String, EngineError)
  case logitsShape(file: String, expected: [Int], found: [Int])
  /// A recorded logit is NaN or infinite.
  case logit(file: String, position: [Int], found: Double)

  /// Why nothing says how an image becomes the input.
  public enum NoPreprocessing: Hashable, Sendable {
    /// Images have no codes.
    case codes
    case noImage
    /// Images go in with their channels first.
    case channelsLast
    /// No settings.
    case unstated(isPacked: Bool)
  }

  public var description: String {
    switch self {
    case .noPreprocessing(let model, let input, let reason):
      "\(model): nothing says how an image becomes the input \(input)" + reason.advice
    case .inputShape(let name, let expected, let found, let isImage):
      "\(name): expected \(expected), the shape of the model's input "
        + "(\(expected.reduce(1, *)) numbers), found \(found)"
        + (isImage ? " after preprocessing" : "")
        + Self.advice(expected, found, isImage)
    case .integers(let name, let input, let found):
      "\(name): expected real numbers that are prepared for the input \(input), found \(found): pixels "
        + "go in as PNG or JPEG, which are prepared as the model says; numbers that are prepared, with "
        + ".astype(numpy.float32)"
    case .element(let name, .notFinite(_, let position, let found)):
      "\(name): expected finite numbers, found \(found) at \(position)"
    case .element(let name, .noCode(let input, _, let position, let found)):
      "\(name): expected codes of the input \(input), found \(found) at \(position)"
    case .element(let name, let error): "\(name): \(error)"
    case .logitsShape(let file, let expected, let found):
      "\(file): recorded logits: expected at least \(expected) [images, classes], found \(found)"
    case .logit(let file, let position, let found):
      "\(file): recorded logits: expected finite numbers, found \(found) at \(position)"
    }
  }
  /// What may be behind two shapes, and what to do.
  private static func advice(_ expected: [Int], _ found: [Int], _ isImage: Bool) -> String {
    guard expected.count == 3 else { return "" }
    let (channels, height, width) = (expected[0], expected[1], expected[2])
    let dimensions = Array(found.suffix(3))
    if !isImage, dimensions == [height, width, channels] {
      return ": the channels stand last; store the array as [channels, height, width]"
    }
    if height != width, dimensions == [channels, width, height] {
      return ": height and width are exchanged"
        + (isImage ? "; turn the image, or state \"crop_pct\" so that it is resized" : "")
    }
    if found.count == 4, dimensions == expected {
      return ": give one sample for each array"
    }
    return isImage
      ? "; state \"crop_pct\" (or \"do_resize\" and \"size\") beside the model so that images are resized"
      : ""
  }
}

extension EvaluationError.NoPreprocessing {
  fileprivate var advice: String {
    switch self {
    case .codes:
      ", which holds codes: give 'intaglio run' arrays of codes (.npy), or export the model with a "
        + "real input"
    case .noImage:
      ", which is no [batch, channels, height, width]: give 'intaglio run' arrays (.npy)"
    case .channelsLast:
      ", whose channels stand last: export the model with [batch, channels, height, width], or give "
        + "'intaglio run' arrays (.npy)"
    case .unstated(isPacked: false):
      "; put a JSON file with \"mean\", \"std\" and \"input_size\" beside the model"
    case .unstated(isPacked: true):
      ", for the model that it was made of did not say: make it again with a JSON file with \"mean\", "
        + "\"std\" and \"input_size\" (--config)"
    }
  }
}
