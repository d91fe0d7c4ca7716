public import IntaglioProtocol

/// A model that is open and answers: the server knows no other kind.
///
/// All calls may come from several threads at a time.
public protocol ServedModel: Sendable {
  /// What kind of file it is, such as `packed` or `onnx`.
  var format: String { get }
  /// What it takes.
  var input: ServedInput { get }
  /// The name of its output.
  var outputName: String { get }
  /// How many numbers a sample's answer has.
  var classes: Int { get }
  /// The name of every class; empty where the model does not say.
  var classNames: [String] { get }
  /// Whether its answers are probabilities already.
  var answersAreProbabilities: Bool { get }
  /// What a reader of the page may know of it, such as ("arithmetic", "integer-only").
  var facts: [(name: String, value: String)] { get }
  /// How many elements of each integer stream were cut off so far; empty where there are no streams.
  var saturations: [(stream: String, count: Int)] { get }

  /// The answers of `count` samples, one row after the other.
  ///
  /// The answer of a sample does not depend on those beside it.
  ///
  /// - Parameters:
  ///   - samples: `[count] + input.sampleShape` numbers in row-major order.
  ///   - count: at least 1.
  /// - Returns: `[count, classes]` numbers.
  /// - Throws: `SampleError` for samples that the model does not take.
  func infer(_ samples: [Float], count: Int) throws -> [Float]

  /// An image as a sample.
  ///
  /// - Parameter encodedImage: PNG or JPEG.
  /// - Returns: `input.sampleShape` numbers in row-major order.
  /// - Throws: `SampleError` where it is no such image, or the model says not how to prepare one.
  func sample(encodedImage: [UInt8]) throws -> [Float]
}

/// What a model takes.
public struct ServedInput: Sendable, Hashable {
  public let name: String
  /// `float32` for prepared numbers, an integer type for codes.
  public let type: TensorType
  /// The dimensions of one sample, without the batch.
  public let sampleShape: [Int]

  public init(name: String, type: TensorType, sampleShape: [Int]) {
    (self.name, self.type, self.sampleShape) = (name, type, sampleShape)
  }

  /// How many numbers a sample has.
  public var sampleCount: Int { sampleShape.reduce(1, *) }
}

/// Why a model does not take a sample.
public struct SampleError: Error, Sendable, CustomStringConvertible {
  /// One line of text.
  public let description: String

  public init(_ description: String) { self.description = description }
}
