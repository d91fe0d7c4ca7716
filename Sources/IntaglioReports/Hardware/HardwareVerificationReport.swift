public import Intaglio
import IntaglioHardware

/// What a simulation showed, as JSON and as text.
public struct HardwareVerificationReport: Report {
  public struct Outputs: Encodable {
    public let compared: Int
    public let mismatched: Int
  }

  public struct Mismatch: Encodable {
    public let beat: Int
    public let lanes: String
    public let found: String
    public let expected: String
  }

  public let part: String
  public let simulator: String
  public let images: Int
  public let outputs: Outputs
  /// Of one image, from its last beat in to its first beat out: the most.
  public let cycles: Int
  public let expectedCycles: Int
  public let stalls: Int
  public let isEqual: Bool
  public let mismatches: [Mismatch]

  public init(_ verification: HardwareVerification, part: HardwarePart) {
    let result = verification.result
    self.part = part.description
    simulator = verification.simulator.rawValue
    images = verification.images
    outputs = Outputs(compared: result.compared, mismatched: result.mismatched)
    cycles = result.cycles.upperBound
    expectedCycles = verification.expectedCycles
    stalls = result.stalls
    isEqual = verification.isEqual
    mismatches = result.mismatches.map {
      Mismatch(beat: $0.beat, lanes: $0.lanes, found: $0.found, expected: $0.expected)
    }
  }

  public var text: String {
    var lines = mismatches.map {
      "beat \($0.beat), lanes \($0.lanes): expected \($0.expected), found \($0.found)"
    }
    lines += [
      "part       \(part), \(images) image\(images == 1 ? "" : "s") in \(simulator)",
      "outputs    \(outputs.compared) compared, \(outputs.mismatched) mismatched",
      "cycles     \(cycles) for an image, \(expectedCycles) by the cycle model; "
        + "\(stalls) in which a stream paused",
      isEqual ? "equal" : "NOT EQUAL",
    ]
    return lines.joined(separator: "\n")
  }
}
