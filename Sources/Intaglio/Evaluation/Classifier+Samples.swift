import Foundation
public import IntaglioData
public import IntaglioGraph
import IntaglioNumerics

extension Classifier {
  /// What is known of the model beyond its arithmetic.
  public var description: ModelDescription { model.description }

  /// What kind of file the model is, such as `onnx`; `packed` for one that Intaglio saved.
  public var format: String { model.format == .packed ? "packed" : model.format.rawValue }

  /// What the program runs in; `integer` for a stored plan, of which `facts()` says more.
  public var arithmetic: Arithmetic { engine.arithmetic }

  /// The name and the type of the input, with the samples of one pass as its first dimension.
  public var input: (name: String, type: ValueType) { (engine.input.name, engine.input.type) }

  /// The dimensions of one sample, without the batch: `[channels, height, width]` for an image.
  public var sampleShape: [Int] { engine.sampleShape }

  /// The output that the logits are: `classes` numbers a sample.
  public var output: LogitsOutput { engine.output }

  /// How many elements of each integer stream were cut off, over all runs so far.
  public var saturations: [(stream: String, count: Int)] { engine.saturations }

  /// The logits of samples in the model's own form.
  ///
  /// - Parameters:
  ///   - samples: `count` samples of as many numbers as `sampleShape` has elements.
  ///   - count: how many samples there are.
  /// - Returns: `count` rows of `output.classes` numbers.
  /// - Throws: as `Engine.logits(_:count:)`.
  public func logits(_ samples: [Float], count: Int) throws -> [Float] {
    try engine.logits(samples, count: count)
  }

  /// The sample that the model's preprocessing makes of an image.
  ///
  /// - Parameters:
  ///   - image: the image.
  ///   - name: what it is called in messages.
  /// - Returns: the elements of `sampleShape`.
  /// - Throws: `EvaluationError` when the model does not say how an image becomes its input, or that has
  ///   another shape.
  public func sample(_ image: Image, name: String) throws -> [Float] {
    try modelInput.sample(image, model.preprocessing(for: engine.input), name: name)
  }

  /// The sample of an image of a stream, or of an NPY array that already is the model's input.
  ///
  /// - Throws: `DataError` when it cannot be read; `EvaluationError` when it does not fit.
  func sample(_ item: ImageStream.Item) throws -> [Float] {
    if let path = item.path, path.hasSuffix(".npy") {
      return try modelInput.sample(NPYFile(contentsOf: path))
    }
    return try sample(item.image(), name: item.name)
  }

  /// SHA-256 of the model's file, in hexadecimal; the name of what is built in.
  func hash() throws -> String {
    FileManager.default.fileExists(atPath: model.path)
      ? try "\(SHA256Digest(contentsOf: model.path))" : model.path
  }

  /// SHA-256, in hexadecimal, of the logits of drawn samples and of how images and answers are understood.
  ///
  /// Two programs with the same one answer these samples alike, whatever made them differ: options, settings
  /// beside the file, weights in files of their own.
  func programHash() throws -> String {
    var random = SplitMix64(seed: 1)
    let count = 4 * sampleShape.reduce(1, *)
    let samples: [Float] =
      if let codes = input.type.integer?.range {
        (0..<count).map { _ in Float(Int.random(in: codes.clamped(to: -128...255), using: &random))
        }
      } else {
        (0..<count).map { _ in Float.random(in: -2...2, using: &random) }
      }
    var bytes = try logits(samples, count: 4).flatMap { logit in
      withUnsafeBytes(of: logit.bitPattern.littleEndian, Array.init)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    bytes += try encoder.encode(description.preprocessing)
    bytes += try encoder.encode(description.classNames)
    return "\(SHA256Digest(of: bytes))"
  }

  var modelInput: ModelInput { ModelInput(engine.input, engine.output) }
}
