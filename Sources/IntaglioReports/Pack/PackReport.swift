import IntaglioReport

/// What was written, and what it would take otherwise.
public struct PackReport: Report {
  public let output: String
  public let bytes: Int
  public let parameters: Int

  public init(output: String, bytes: Int, parameters: Int) {
    (self.output, self.bytes, self.parameters) = (output, bytes, parameters)
  }

  public var text: String {
    "Wrote \(output.printable()): \(Format.bytes(bytes)), float32 would take "
      + Format.bytes(parameters * 4) + "."
  }
}
