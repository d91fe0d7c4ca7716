/// What a model is, beyond its arithmetic: what a reader and an image need to know.
public struct ModelDescription: Sendable, Equatable, Codable {
  /// What people call it, such as `vit_tiny_patch16_224`.
  public var name: String
  /// The format that it was first read from, such as `timm`, `q-vit` or `onnx`.
  public var source: String
  /// How an image becomes the input; `nil` when the file does not say.
  public var preprocessing: Preprocessing?
  /// The name of every class in the order of the logits; empty when the file does not say.
  public var classNames: [String]
  /// The name of the output that holds the logits, where somebody said which of several it is.
  public var logits: String?
  /// The names of the outputs that hold probabilities in place of logits; `nil` for none.
  public var probabilities: [String]?
  /// Remarks for the reader, such as which setting was taken from a convention.
  public var notes: [String]

  public init(
    name: String,
    source: String,
    preprocessing: Preprocessing? = nil,
    classNames: [String] = [],
    logits: String? = nil,
    probabilities: [String]? = nil,
    notes: [String] = []
  ) {
    self.name = name
    self.source = source
    self.preprocessing = preprocessing
    self.classNames = classNames
    self.logits = logits
    self.probabilities = probabilities
    self.notes = notes
  }
}
