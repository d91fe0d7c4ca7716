/// Why a model cannot be judged on a data set.
public enum EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The model file says nothing of how an image becomes the input.
  case noPreprocessing(model: String, input: String)
  /// An image after its preprocessing, or an array, has other extents than a sample of the model.
  case inputShape(name: String, expected: [Int], found: [Int], isImage: Bool)
  case logitsShape(expected: [Int], found: [Int])

  public var description: String {
    switch self {
    case .noPreprocessing(let model, let input):
      "\(model): nothing says how an image becomes the input \(input); "
        + "put a JSON file with \"mean\", \"std\" and \"input_size\" beside the model"
    case .inputShape(let name, let expected, let found, let isImage):
      "\(name): expected \(expected), the shape of the model's input "
        + "(\(expected.reduce(1, *)) numbers), found \(found)"
        + (isImage ? " after preprocessing" : "")
        + Self.advice(expected, found, isImage)
    case .logitsShape(let expected, let found):
      "recorded logits: expected at least \(expected), found \(found)"
    }
  }
  /// What may be behind two shapes, and what to do.
  private static func advice(_ expected: [Int], _ found: [Int], _ isImage: Bool) -> String {
    guard expected.count == 3 else { return "" }
    let (channels, height, width) = (expected[0], expected[1], expected[2])
    let extents = Array(found.suffix(3))
    if !isImage, extents == [height, width, channels] {
      return ": the channels stand last; store the array as [channels, height, width]"
    }
    if height != width, extents == [channels, width, height] {
      return ": height and width are exchanged"
        + (isImage ? "; turn the image, or state \"crop_pct\" so that it is resized" : "")
    }
    if found.count == 4, extents == expected {
      return ": give one sample for each array"
    }
    return isImage
      ? "; state \"crop_pct\" (or \"do_resize\" and \"size\") beside the model so that images are resized"
      : ""
  }
}
