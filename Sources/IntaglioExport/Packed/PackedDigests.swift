import IntaglioData

/// The checksums of everything in a packed model with a stored plan, which bind the plan to the
/// program that it was made from.
///
/// A plan and a program are two forms of one thing, and whoever opens a file takes one of them. So
/// all parts are verified whichever is taken, and none can be exchanged for that of another file.
/// The checksums are XXH3 of 128 bits, against damage and mistakes. Against malice stands what a
/// plan may say at all: `Plan` takes none that leaves its memory.
struct PackedDigests: Codable, Hashable, Sendable {
  /// `__plan.steps`.
  let steps: String
  /// `__plan.constants`.
  let constants: String
  /// The text of the description.
  let description: String
  /// The text of the program.
  let program: String
  /// Name, type, shape and checksum of each of the program's tensors, in the order of the names'
  /// UTF-8 bytes, a line for each.
  let tensors: String
  /// All of the above, in this order, a line for each.
  let whole: String

  enum CodingKeys: String, CodingKey {
    case steps, constants, description, program, tensors, whole
  }

  /// - Parameters:
  ///   - program: the text of the program.
  ///   - description: the text of the description.
  ///   - tensors: all of the file.
  init(program: String, description: String, tensors: [Tensor]) {
    let parts = Dictionary(tensors.map { ($0.name, $0.checksum) }) { first, _ in first }
    let none = XXH3(of: "").text
    steps = parts[PackedFormat.planStepsName] ?? none
    constants = parts[PackedFormat.planConstantsName] ?? none
    self.description = XXH3(of: description).text
    self.program = XXH3(of: program).text
    let plan = [PackedFormat.planStepsName, PackedFormat.planConstantsName]
    let lines = tensors.filter { !plan.contains($0.name) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      .map { "\($0.name) \($0.type.rawValue) \($0.shape) \($0.checksum)\n" }
    self.tensors = XXH3(of: lines.joined()).text
    let all = [steps, constants, self.description, self.program, self.tensors]
    whole = XXH3(of: all.map { $0 + "\n" }.joined()).text
  }

  /// A tensor as it is summed.
  struct Tensor {
    let name: String
    let type: StorageType
    let shape: [Int]
    let checksum: String

    init(_ tensor: SafetensorsTensor) {
      (name, type, shape) = (tensor.name, tensor.type, tensor.shape)
      checksum = XXH3(of: tensor.bytes.span.bytes).text
    }

    init(_ array: StoredArray) {
      (name, type, shape) = (array.name, array.type, array.shape)
      checksum = array.bytes.withBytes { XXH3(of: $0).text }
    }
  }

  /// - Throws: `ExportError.checksum`, naming the first part of `found` that differs from this.
  func check(_ found: PackedDigests, file: String) throws(ExportError) {
    let parts: [(String, KeyPath<PackedDigests, String>)] = [
      ("the steps of its plan", \.steps), ("the constants of its plan", \.constants),
      ("its description", \.description), ("the text of its program", \.program),
      ("the tensors of its program", \.tensors), ("its list of checksums", \.whole),
    ]
    for (part, key) in parts where self[keyPath: key] != found[keyPath: key] {
      throw .checksum(
        file: file,
        part: part,
        expected: String(self[keyPath: key].prefix(32)),
        found: found[keyPath: key]
      )
    }
  }
}
