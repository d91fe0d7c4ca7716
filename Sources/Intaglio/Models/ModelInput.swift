public import IntaglioData

import IntaglioGraph
public import IntaglioQuantize

/// How images and arrays become one sample of a model, with every dimension compared and every number
/// looked at.
package struct ModelInput: Sendable {
  /// The dimensions of one sample, without the batch: `[channels, height, width]` for an image.
  let shape: [Int]
  /// What the model takes; reals when not said.
  private let input: EngineInput

  package init(shape: [Int]) {
    self.init(EngineInput(name: "input", type: ValueType(.real, shape)), shape: shape)
  }

  init(_ input: EngineInput, _ logits: LogitsOutput) {
    self.init(input, shape: logits.sampleShape)
  }

  init(_ input: EngineInput, shape: [Int]) { (self.input, self.shape) = (input, shape) }

  /// The input of a model whose answers do not matter.
  ///
  /// - Throws: `EngineError` when it has not exactly one.
  init(_ graph: Graph, logits: String?) throws(EngineError) {
    let input = try EngineInput(graph)
    let known = try? graph.logits(logits)
    self.init(input, shape: known?.sampleShape ?? Array(input.type.shape.dropFirst()))
  }

  /// How many samples one pass takes.
  var batch: Int { max(input.type.count, 1) / max(shape.reduce(1, *), 1) }

  /// The sample that `preprocessing` makes of `image`; `name` is the image's in messages.
  ///
  /// - Throws: `EvaluationError.inputShape` when it has another shape; what the preprocessing throws.
  package func sample(
    _ image: Image,
    _ preprocessing: Preprocessing,
    name: String
  ) throws -> [Float] {
    let size = preprocessing.outputSize(
      for: Preprocessing.Size(width: image.width, height: image.height)
    )
    try check([preprocessing.channels, size.height, size.width], of: name, isImage: true)
    return try checked(preprocessing.apply(to: image), of: name)
  }

  /// Image `index` of `data` as a sample, or its sample as it is.
  ///
  /// - Throws: `DataError` when it cannot be read; as for an image or an array.
  package func sample(
    _ data: DataSet,
    _ index: Int,
    _ preprocessing: Preprocessing
  ) throws -> [Float] {
    if let sample = try sample(of: data, index) { return sample }
    return try sample(data.image(at: index), preprocessing, name: data.name(at: index))
  }

  /// The elements of an array that already is a sample; leading dimensions of 1 do not matter.
  ///
  /// A real input takes prepared numbers, so integers are refused there: they are likely pixels.
  ///
  /// - Throws: `EvaluationError.inputShape`, `.integers`; `DataError` for elements that are no numbers
  ///   of at most 16 bits or reals.
  package func sample(_ array: NPYFile) throws -> [Float] {
    try check(array.shape, array.type, of: array.path)
    return try checked(array.floats(), of: array.path)
  }

  /// Sample `index` of a set that holds a model's inputs, by the rules for an array; `nil` of a set of images.
  func sample(of data: DataSet, _ index: Int) throws -> [Float]? {
    guard let sample = try data.sample(at: index) else { return nil }
    let name = data.directory + data.name(at: index)
    try check(sample.shape, sample.type, of: name)
    return try checked(sample.numbers, of: name)
  }

  private func check(
    _ found: [Int],
    _ type: StorageType,
    of name: String
  ) throws(EvaluationError) {
    try check(found, of: name, isImage: false)
    guard input.type.isInteger || type.isReal else {
      throw .integers(name: name, input: input.description, found: type.rawValue)
    }
  }

  private func checked(_ numbers: [Float], of name: String) throws -> [Float] {
    do throws(EngineError) {
      try input.check(numbers, sampleShape: shape)
    } catch {
      throw EvaluationError.element(name: name, error)
    }
    return numbers
  }

  private func check(
    _ found: [Int],
    of name: String,
    isImage: Bool
  ) throws(EvaluationError) {
    guard found.trimmed != shape.trimmed else { return }
    throw .inputShape(name: name, expected: shape, found: found, isImage: isImage)
  }
}

extension Model {
  /// Image `index` of `data` as the model's input.
  ///
  /// - Throws: `DataError` when it cannot be read, `EvaluationError` when it does not fit.
  public func sample(_ data: DataSet, at index: Int) throws -> [Float] {
    try ModelInput(graph, logits: description.logits).sample(data, index, preprocessing())
  }

  /// Samples as whole passes, of which a model with a fixed batch takes nothing less; the last pass is
  /// filled up with samples from the beginning.
  ///
  /// - Throws: `EngineError` when the model has not exactly one input.
  public func passes(of samples: CalibrationSamples) throws -> CalibrationSamples {
    let batch = try ModelInput(graph, logits: description.logits).batch
    guard batch > 1, samples.count > 0 else { return samples }
    return CalibrationSamples(count: (samples.count + batch - 1) / batch) { pass in
      try (pass * batch..<(pass + 1) * batch).flatMap { try samples($0 % samples.count) }
    }
  }

  /// The same of samples that are there already.
  public func passes(of samples: [[Float]]) throws -> [[Float]] {
    let passes = try passes(of: CalibrationSamples(samples))
    return try (0..<passes.count).map { try passes($0) }
  }

  /// The images of `data`, or its samples, as the model's inputs, made when they are asked for.
  ///
  /// - Throws: `EngineError` when the model has not exactly one input, `EvaluationError` when it does not
  ///   say how an image becomes that.
  func samples(of data: DataSet) throws -> CalibrationSamples {
    let input = try ModelInput(graph, logits: description.logits)
    if data.holdsSamples {
      return CalibrationSamples(count: data.count) { try input.sample(of: data, $0) ?? [] }
    }
    let preprocessing = try preprocessing()
    return CalibrationSamples(count: data.count) { try input.sample(data, $0, preprocessing) }
  }

  /// The same, looked at.
  ///
  /// - Throws: `CalibrationError` for images that show nothing; as `samples(of:)`.
  func checkedSamples(of data: DataSet, threads: Int) throws -> CalibrationSamples {
    let samples = try samples(of: data)
    try CalibrationError.check(data, planes: planes(of: data), threads: threads) {
      try samples($0)
    }
    return samples
  }

  /// How many colours a sample of `data` has: of three axes the first counts them.
  private func planes(of data: DataSet) throws -> Int {
    guard data.holdsSamples else { return try preprocessing().channels }
    let shape = try ModelInput(graph, logits: description.logits).shape
    return shape.count == 3 ? shape[0] : 1
  }
}

extension [Int] {
  /// The dimensions without leading ones.
  fileprivate var trimmed: [Int] { Array(drop { $0 == 1 }) }
}
