public import Intaglio
public import IntaglioHardware

/// What a simulation showed, as JSON and as text.
public struct HardwareVerificationReport: Report {
  public struct Outputs: Encodable {
    public let compared: Int
    public let mismatched: Int
  }

  /// The folder with what was simulated; `nil` for the design as it is made.
  public let folder: String?
  public let part: String
  public let simulator: String
  public let images: Int
  public let outputs: Outputs
  /// Of one image, from its last beat in to its first beat out: the most.
  public let cycles: Int
  public let expectedCycles: Int
  public let stalls: Int
  public let isEqual: Bool
  public let mismatches: [StreamResult.Mismatch]
  /// The first number that differs.
  public let firstDifference: HardwareDifference?
  /// Whether beats did not wait, `tlast` stood elsewhere, or `error_o` was high.
  public let keepsProtocol: Bool
  private let mayTakeLonger: Bool

  private enum CodingKeys: CodingKey {
    case folder, part, simulator, images, outputs, cycles, expectedCycles, stalls, isEqual
    case mismatches, firstDifference, keepsProtocol
  }

  public init(
    _ verification: HardwareVerification,
    of module: HardwareModule,
    folder: String? = nil
  ) {
    let result = verification.result
    self.folder = folder
    part = module.part.description
    mayTakeLonger = verification.mayTakeLonger
    keepsProtocol = result.misplaced == 0 && !result.reportsError
    firstDifference = module.firstDifference(result)
    simulator = verification.simulator.rawValue
    images = verification.images
    outputs = Outputs(compared: result.compared, mismatched: result.mismatched)
    cycles = result.cycles.upperBound
    expectedCycles = verification.expectedCycles
    stalls = result.stalls
    isEqual = verification.isEqual
    mismatches = result.mismatches
  }

  public var text: String {
    var lines = mismatches.map {
      "beat \($0.beat), lanes \($0.lanes): expected \($0.expected), found \($0.found)"
    }
    if let first = firstDifference {
      lines.append(
        "first      image \(first.image), beat \(first.beat): \(first.value), word \(first.word), lane "
          + "\(first.lane), element \(first.element): expected \(first.expected), found \(first.found)"
      )
    }
    if !keepsProtocol {
      lines.append(
        "protocol   a beat did not wait until it was taken, tlast stood elsewhere, or error_o rose"
      )
    }
    if let folder { lines.append("folder     \(folder), as it is now") }
    lines += [
      "part       \(part), \(images) image\(images == 1 ? "" : "s") in \(simulator)",
      "outputs    \(outputs.compared) compared, \(outputs.mismatched) mismatched",
      "cycles     \(cycles) for an image, \(expectedCycles) by the cycle model"
        + (mayTakeLonger ? " of the design as it was written" : "")
        + "; \(stalls) in which a stream paused",
      isEqual ? "equal" : "NOT EQUAL",
    ]
    return lines.joined(separator: "\n")
  }
}
