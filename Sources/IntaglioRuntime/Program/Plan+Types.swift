public import IntaglioGraph

extension Plan {
  /// What the program takes: `batch` samples.
  public var inputType: ValueType { input.type }
  /// What the program calls its input.
  public var inputName: String { input.name }
  /// Of every output, in the order of their results, `batch` samples.
  public var outputTypes: [ValueType] { outputs.map(\.type) }
}

extension Plan {
  /// What one pass in work takes beside the constants, in bytes, when `threads` share it.
  public func passBytes(threads: Int) -> Int {
    let (scratch, overflow) = scratch.peak.multipliedReportingOverflow(by: threads)
    let (sum, overflows) = memory.peak.addingReportingOverflow(scratch)
    return overflow || overflows ? .max : sum
  }
}
