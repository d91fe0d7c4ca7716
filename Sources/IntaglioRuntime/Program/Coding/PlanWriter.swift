/// The bytes of a plan without its constants, while they are written: little-endian numbers, one
/// behind the other.
struct PlanWriter {
  /// What the bytes begin with: a name and the version of their layout.
  static let signature = name + "4"
  static let name = "Intaglio plan "

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
