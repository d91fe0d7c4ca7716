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

  /// The CRC-32 of the steps, which say where everything lies.
  var checksum: String {
    var sum = CRC32()
    sum.update(steps.span.bytes)
    return sum.text
  }
}

/// The plan of a packed model, its constants where they lie in the file.
public struct MappedPlan: Sendable {
  public let description: ModelDescription
  public let steps: [UInt8]
  public let constants: MappedBytes
}

extension PackedModel {
  /// The stored plan of the file at `path`; `nil` where it has none.
  ///
  /// Nothing else of the file is read, and no page of the constants is touched. The checksum of the
  /// steps is verified, that of the whole file is not (`read` does that).
  ///
  /// - Throws: `ExportError`, naming the file and what is wrong with it.
  public static func plan(path: String) throws(ExportError) -> MappedPlan? {
    do {
      let file = try SafetensorsFile(contentsOf: path)
      guard let expected = file.metadata[PackedFormat.planKey], recognizes(file) else { return nil }
      try checkVersion(file)
      let steps = try file.tensor(named: PackedFormat.planStepsName).bytes.copy()
      let found = PackedPlan(steps: steps, constants: []).checksum
      guard found == expected else {
        throw ExportError.checksum(
          file: path,
          expected: String(expected.prefix(20)),
          found: found
        )
      }
      return MappedPlan(
        description: try description(file),
        steps: steps,
        constants: try file.tensor(named: PackedFormat.planConstantsName).bytes
      )
    } catch let error as DataError {
      throw .data(error)
    } catch let error as ExportError {
      throw error
    } catch {
      throw .malformed(file: path, place: "the stored plan", expected: "one", found: "\(error)")
    }
  }
}
