public import IntaglioData

/// A runtime's plan in a packed model: what reading and planning the program would find out.
///
/// A second form of the same program that a runtime maps and runs at once. Whoever wants the program
/// itself reads the graph; whoever changes the program writes a new file.
public struct PackedPlan: Sendable {
  /// Steps, places and sizes.
  public let steps: [UInt8]
  /// Weights as they are multiplied, and tables.
  public let constants: [UInt8]

  public init(steps: [UInt8], constants: [UInt8]) {
    (self.steps, self.constants) = (steps, constants)
  }

  func tensors() throws(DataError) -> [SafetensorsTensor] {
    [
      try SafetensorsTensor(
        name: PackedFormat.planStepsName,
        type: .u8,
        shape: [steps.count],
        bytes: steps
      ),
      try SafetensorsTensor(
        name: PackedFormat.planConstantsName,
        type: .u8,
        shape: [constants.count],
        bytes: constants
      ),
    ]
  }
}

/// The plan of a packed model, its constants where they lie in the file.
public struct MappedPlan: Sendable {
  public let description: ModelDescription
  public let steps: [UInt8]
  public let constants: MappedBytes
}

extension PackedModel {
  /// The stored plan of `file`; `nil` where it has none that is bound to its program.
  ///
  /// Every part of the file is verified, the program and its tensors too, since the answers of the
  /// plan have to be those of the program. Of the constants not a byte is copied.
  ///
  /// - Throws: `ExportError`, naming the file and what is wrong with it.
  public static func plan(_ file: SafetensorsFile) throws(ExportError) -> MappedPlan? {
    guard recognizes(file) else { return nil }
    try checkVersion(file)
    guard try checkDigests(file) else { return nil }
    do {
      return MappedPlan(
        description: try description(file),
        steps: try file.tensor(named: PackedFormat.planStepsName).bytes.copy(),
        constants: try file.tensor(named: PackedFormat.planConstantsName).bytes
      )
    } catch let error as DataError {
      throw .data(error)
    } catch let error as ExportError {
      throw error
    } catch {
      throw .malformed(
        file: file.path,
        place: "the stored plan",
        expected: "one",
        found: "\(error)"
      )
    }
  }
}
