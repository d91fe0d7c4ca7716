/// The bytes of a plan without its constants, while they are written: little-endian numbers, one
/// behind the other.
struct PlanWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  mutating func write(_ number: Int) { write(Int64(number)) }
  mutating func write(_ flag: Bool) { write(UInt8(flag ? 1 : 0)) }
  mutating func write(_ real: Float) { write(real.bitPattern) }
  mutating func write(_ real: Double) { write(real.bitPattern) }

  mutating func write(_ text: String) {
    let utf8 = Array(text.utf8)
    write(utf8.count)
    bytes += utf8
  }

  mutating func write(_ range: ClosedRange<Int32>) {
    write(range.lowerBound)
    write(range.upperBound)
  }

  mutating func write<T: StoredInPlan>(_ value: T) throws(PlanStorageError) {
    try value.write(to: &self)
  }

  mutating func write<T: StoredInPlan>(_ values: [T]) throws(PlanStorageError) {
    write(values.count)
    for value in values { try value.write(to: &self) }
  }

  mutating func write<T: StoredInPlan>(_ value: T?) throws(PlanStorageError) {
    write(value != nil)
    if let value { try value.write(to: &self) }
  }
}

/// A part of a plan that a file can hold.
protocol StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError)
  init(from reader: inout PlanReader) throws(PlanStorageError)
}

/// Why a plan cannot be stored or read back.
public enum PlanStorageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes are not those of a plan.
  case malformed(offset: Int, expected: String)
  /// The bytes are those of a plan, but a step or a port is not what kernels may be given.
  case leaves(step: String, expected: String)
  /// The plan was written by another version of the runtime.
  case otherLayout(found: String)
  /// The plan was made for other kernels than those at hand.
  case otherKernels(found: String)

  public var description: String {
    switch self {
    case .malformed(let offset, let expected):
      "the stored plan is malformed at byte \(offset): expected \(expected); "
        + "save the program again"
    case .leaves(let step, let expected):
      "the stored plan is damaged at '\(step)': expected \(expected); save the program again"
    case .otherLayout(let found):
      "the stored plan has the layout '\(found)', not '\(StoredPlan.signature)'"
    case .otherKernels(let found):
      "the stored plan was made for the kernel \(found), which is not the one to use here"
    }
  }
}
