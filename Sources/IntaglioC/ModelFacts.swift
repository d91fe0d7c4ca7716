import Foundation
import Intaglio
import IntaglioData
import IntaglioGraph

/// What `intaglio_describe` says of a model.
struct ModelFacts: Encodable {
  struct Input: Encodable {
    let name: String
    let type: String
    let shape: [Int]
    let elements: Int
  }

  struct Output: Encodable {
    let name: String
    let classes: Int
    let probabilities: Bool
  }

  struct Saturation: Encodable {
    let stream: String
    let count: Int
  }

  struct Multiplications: Encodable {
    let total: Int
    let integer: Int
  }

  let name: String
  let arithmetic: String
  let multiplications: Multiplications
  let threads: Int
  let note: String?
  let notes: [String]
  let input: Input
  let output: Output
  let classNames: [String]
  let preprocessing: Preprocessing?
  let saturations: [Saturation]

  /// - Throws: what reading the graph of a stored plan throws.
  init(_ handle: ModelHandle) throws {
    let classifier = handle.classifier
    let facts = try classifier.facts()
    name = classifier.description.name
    arithmetic = facts.arithmetic.rawValue
    multiplications = Multiplications(
      total: facts.coverage.total,
      integer: facts.coverage.integer
    )
    threads = handle.threads
    note = classifier.note
    notes = classifier.notes
    input = Input(
      name: classifier.input.name,
      type: classifier.input.type.elementName,
      shape: classifier.sampleShape,
      elements: handle.inputCount
    )
    output = Output(
      name: classifier.output.name,
      classes: handle.outputCount,
      probabilities: classifier.answersAreProbabilities
    )
    classNames = classifier.description.classNames
    preprocessing = classifier.description.preprocessing
    saturations = classifier.saturations.map { Saturation(stream: $0.stream, count: $0.count) }
  }
}

extension ValueType {
  /// `float32` for reals, else the codes' type, such as `uint8`.
  fileprivate var elementName: String {
    guard let integer else { return "float32" }
    return (integer.isSigned ? "int" : "uint") + "\(integer.bits)"
  }
}

extension JSONEncoder {
  /// Sorted, so that the same model has the same text.
  static var forC: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
