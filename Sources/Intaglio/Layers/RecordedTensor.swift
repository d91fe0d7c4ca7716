import IntaglioData
import IntaglioGraph

/// A tensor of a record: which layer it belongs to, and its elements image by image.
struct RecordedTensor: Sendable {
  /// What is said of a layer.
  enum Role: String, CaseIterable, Sendable {
    case codes
    case input
    case output

    /// What the name of the layer is followed by.
    var suffix: String { ".\(rawValue)" }
  }

  /// The name of the tensor that holds the answers.
  static let logits = "logits"
  static let codesKind = "codes"
  static let realsKind = "reals"
  static let kinds = [codesKind, realsKind]

  let array: StoredArray
  let key: Probe.Key
  let isCodes: Bool

  /// `nil` for a tensor that belongs to no layer.
  init?(_ array: StoredArray) {
    self.array = array
    if array.name == Self.logits {
      (key, isCodes) = (.modelOutput, false)
      return
    }
    let role = Role.allCases.first {
      array.name.hasSuffix($0.suffix) && array.name.count > $0.suffix.count
    }
    guard let role else { return nil }
    let layer = String(array.name.dropLast(role.suffix.count))
    isCodes = role == .codes
    key = role == .input ? .operand(layer) : .result(layer)
  }

  /// The tensor that holds what `key` names.
  static func name(of key: Probe.Key, isCodes: Bool) -> String? {
    switch key {
    case .modelInput: nil
    case .result(let name): name + (isCodes ? Role.codes : Role.output).suffix
    case .operand(let name): name + Role.input.suffix
    case .modelOutput: logits
    }
  }

  var images: Int { array.shape.first ?? 0 }

  /// The dimensions of one image.
  var shape: [Int] { Array(array.shape.dropFirst()) }

  /// The elements of one image.
  ///
  /// - Throws: `DataError` when the type of the numbers is none for codes or reals.
  func contents(of image: Int) throws(DataError) -> OracleTensor<Double> {
    let size = shape.reduce(1, *)
    let range = image * size..<(image + 1) * size
    return isCodes
      ? .integer(try array.integers(in: range)) : .real(try array.doubles(in: range))
  }
}
