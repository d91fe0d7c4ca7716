import IntaglioProtocol
import Intaglio
import IntaglioData
import IntaglioGraph
import IntaglioServing
import Synchronization

/// A model of Intaglio as the server knows it: it answers as `intaglio run` does, bit for bit.
///
/// A class because the facts of its page are found when they are first asked for.
final class ServedClassifier: ServedModel {
  private let classifier: Classifier
  private let known = Mutex<[(name: String, value: String)]?>(nil)
  let format: String
  let input: ServedInput

  /// - Parameters:
  ///   - source: `[ARITHMETIC:]NAME`, as every command takes it.
  ///   - threads: how many one call uses.
  /// - Throws: as `Classifier.init(opening:_:)`; `SampleError` for an input of codes that has no data type
  ///   of the protocol.
  init(_ source: String, threads: Int) throws {
    classifier = try Classifier(opening: source, ClassifierOptions(threads: threads))
    format = classifier.format
    let (name, type) = classifier.input
    input = ServedInput(
      name: name,
      type: try TensorType(type, name),
      sampleShape: classifier.sampleShape
    )
  }

  var outputName: String { classifier.output.name }
  var classes: Int { classifier.output.classes }
  var classNames: [String] { classifier.description.classNames }
  var answersAreProbabilities: Bool { classifier.answersAreProbabilities }
  var saturations: [(stream: String, count: Int)] { classifier.saturations }

  var facts: [(name: String, value: String)] {
    known.withLock { known in
      if let known { return known }
      let found = (try? Self.facts(classifier)) ?? []
      known = found
      return found
    }
  }

  private static func facts(_ classifier: Classifier) throws -> [(name: String, value: String)] {
    let facts = try classifier.facts()
    let coverage = facts.coverage
    return [
      ("arithmetic", facts.arithmetic.rawValue),
      ("matrix multiplications on integers", "\(coverage.integer) of \(coverage.total)"),
    ] + (classifier.note.map { [("note", $0)] } ?? [])
      + classifier.notes.map { ("note", $0) }
  }

  func infer(_ samples: [Float], count: Int) throws -> [Float] {
    do {
      return try classifier.logits(samples, count: count)
    } catch let error as EngineError {
      throw SampleError("\(error)")
    }
  }

  func sample(encodedImage: [UInt8]) throws -> [Float] {
    do {
      return try classifier.sample(
        Image.decode(encodedImage, file: "the image"),
        name: "the image"
      )
    } catch {
      throw SampleError("\(error)")
    }
  }
}

extension TensorType {
  /// The data type of an input.
  fileprivate init(_ type: ValueType, _ name: String) throws {
    guard let integer = type.integer else {
      self = .float32
      return
    }
    let bits = [8, 16, 32].first { $0 >= integer.bits } ?? 64
    guard let fitting = TensorType(rawValue: (integer.isSigned ? "INT" : "UINT") + "\(bits)") else {
      throw SampleError("the input '\(name)' holds \(integer), which the protocol does not have")
    }
    self = fitting
  }
}
