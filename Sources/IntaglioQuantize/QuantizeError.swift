/// Why a model cannot be quantized.
public enum QuantizeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A multiplication that no quantizer here is made for.
  case unsupported(node: String, reason: String)
  /// Codes stand where floats were expected.
  case quantized(node: String)
  case inputs(found: Int)
  case width(what: String, found: Int)
  case noWeights(layer: String)
  case budget(String, least: Int, room: Int)
  /// Even the widest choice loses more.
  case drop(most: Double, found: Double)
  /// No output has probabilities to compare.
  case noClasses
  /// Too few to hold some out.
  case fewSamples(found: Int)
  case unknownLayer(String, known: [String])
  /// No calibration samples.
  case empty
  /// A value of a calibration sample is not finite.
  case notFinite(node: String)
  /// A constant of the model is not finite.
  case constant(node: String)
  case share(what: String, expected: String, found: Double)
  /// A system of equations without a solution: the inputs of a layer say nothing.
  case singular(node: String)

  public var description: String {
    switch self {
    case .unsupported(let node, let reason):
      "\(node): \(reason) cannot be quantized here; expected matrix multiplications with constant "
        + "weights on the right, of activations, and convolutions with constant weights"
    case .quantized(let node):
      "\(node): the model is quantized already; expected a float model. 'intaglio integerize' moves "
        + "its scales"
    case .inputs(let found):
      "the model has \(found) inputs; expected one, an image"
    case .width(let what, let found):
      "\(what): \(found) bits; expected 2 to 8"
    case .noWeights(let layer):
      "layer '\(layer)' has no weights: it multiplies activations; state 'activations' alone"
    case .budget(let budget, let least, let room):
      "\(budget): too little even for 2 bits everywhere, which take \(least) of \(room) that are there"
    case .drop(let most, let found):
      "drop=\(most): even 8 bits everywhere are expected to lose \(Self.rounded(found)) points on images that did not "
        + "calibrate; allow more, or calibrate on more images"
    case .noClasses:
      "no output of the model has two numbers or more in a row, of which probabilities could be compared; state the "
        + "widths instead of choosing them"
    case .fewSamples(let found):
      "\(found) calibration sample to choose widths on; expected 2 or more: half of them judge what the others calibrate"
    case .unknownLayer(let name, let known):
      "no layer '\(name)'; expected one of \(known.joined(separator: ", "))"
    case .empty:
      "no calibration samples"
    case .notFinite(let node):
      "\(node): a calibration image makes a value here infinite or not a number; the model must give "
        + "finite numbers on every one"
    case .constant(let node):
      "\(node): the model's constant holds an infinity or what is not a number; expected finite numbers"
    case .share(let what, let expected, let found):
      "\(what): \(found); expected \(expected)"
    case .singular(let node):
      "\(node): the inputs of this layer on the calibration images are all alike, so that nothing "
        + "can be said about its weights; give more and different images"
    }
  }

  private static func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
}
