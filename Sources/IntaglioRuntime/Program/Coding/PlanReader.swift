/// Reads what `PlanWriter` wrote, from bytes that nobody vouches for.
struct PlanReader {
  private let bytes: [UInt8]
  private(set) var offset = 0
  let kernels: KernelTable

  /// Beyond any offset or size of a plan.
  static let limit = 1 << 30
  /// Beyond any extent or stride: a place in bytes, start + row · stride + column · stride elements
  /// of up to 8 bytes, fits in 61 bits.
  static let extentLimit = 1 << 28

  init(_ bytes: [UInt8], kernels: KernelTable) {
    self.bytes = bytes
    self.kernels = kernels
  }

  var isAtEnd: Bool { offset == bytes.count }

  func malformed(_ expected: String) -> PlanStorageError {
    .malformed(offset: offset, expected: expected)
  }

  mutating func number<T: FixedWidthInteger>(
    _ type: T.Type = T.self
  ) throws(PlanStorageError) -> T {
    let size = MemoryLayout<T>.size
    guard bytes.count - offset >= size else { throw malformed("\(size) more bytes") }
    var value: T = 0
    withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes[offset..<offset + size]) }
    offset += size
    return T(littleEndian: value)
  }

  /// A number that counts or places something.
  mutating func integer() throws(PlanStorageError) -> Int {
    let value: Int64 = try number()
    guard value.magnitude <= Self.limit else {
      throw malformed("a number of at most 30 bits, not \(value)")
    }
    return Int(value)
  }

  /// A number that is not negative.
  mutating func count() throws(PlanStorageError) -> Int {
    let value = try integer()
    guard value >= 0 else { throw malformed("a number from 0 on, not \(value)") }
    return value
  }

  /// A number that is not zero.
  mutating func positive() throws(PlanStorageError) -> Int {
    let value = try integer()
    guard value > 0 else { throw malformed("a number from 1 on, not \(value)") }
    return value
  }

  /// An extent, or a stride.
  mutating func extent() throws(PlanStorageError) -> Int {
    let value = try count()
    guard value < Self.extentLimit else {
      throw malformed("an extent or stride of at most 28 bits, not \(value)")
    }
    return value
  }

  /// Three dimensions whose product, and that with a fourth, fits in 62 bits.
  ///
  /// An extent of 0 makes no room for larger ones. The outer one is `known` where it does not stand
  /// here.
  mutating func extents(
    outer known: Int? = nil
  ) throws(PlanStorageError) -> (outer: Int, rows: Int, columns: Int) {
    let outer = if let known { known } else { try extent() }
    let (rows, columns) = (try extent(), try extent())
    // No factor takes more than 28 bits.
    let (elements, overflow) = (max(outer, 1) * max(rows, 1))
      .multipliedReportingOverflow(by: max(columns, 1))
    guard !overflow, elements <= 1 << 32 else { throw malformed("fewer than 2³² elements") }
    return (outer, rows, columns)
  }

  mutating func flag() throws(PlanStorageError) -> Bool {
    let value: UInt8 = try number()
    guard value <= 1 else { throw malformed("0 or 1, not \(value)") }
    return value == 1
  }

  mutating func float() throws(PlanStorageError) -> Float { Float(bitPattern: try number()) }
  mutating func double() throws(PlanStorageError) -> Double { Double(bitPattern: try number()) }

  mutating func text() throws(PlanStorageError) -> String {
    let count = try count()
    guard bytes.count - offset >= count else { throw malformed("\(count) more bytes") }
    guard let text = String(validating: bytes[offset..<offset + count], as: UTF8.self) else {
      throw malformed("a name in UTF-8")
    }
    offset += count
    return text
  }

  mutating func range() throws(PlanStorageError) -> ClosedRange<Int32> {
    let (low, high): (Int32, Int32) = (try number(), try number())
    guard low <= high else { throw malformed("a range, not \(low) to \(high)") }
    return low...high
  }

  mutating func value<T: StoredInPlan>(_ type: T.Type = T.self) throws(PlanStorageError) -> T {
    try T(from: &self)
  }

  mutating func values<T: StoredInPlan>(
    _ type: T.Type = T.self
  ) throws(PlanStorageError) -> [T] {
    let count = try count()
    // Every value takes a byte at least.
    guard count <= bytes.count - offset else { throw malformed("\(count) values") }
    var values: [T] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try T(from: &self)) }
    return values
  }

  mutating func optional<T: StoredInPlan>(
    _ type: T.Type = T.self
  ) throws(PlanStorageError) -> T? {
    try flag() ? try T(from: &self) : nil
  }
}

extension Int: StoredInPlan {
  func write(to writer: inout PlanWriter) { writer.write(Int64(self)) }
  init(from reader: inout PlanReader) throws(PlanStorageError) { self = try reader.integer() }
}

extension String: StoredInPlan {
  func write(to writer: inout PlanWriter) { writer.write(self) }
  init(from reader: inout PlanReader) throws(PlanStorageError) { self = try reader.text() }
}
