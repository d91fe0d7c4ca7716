import IntaglioNumerics

/// An exact number by its bytes.
struct StoredRatio: StoredInPlan {
  let value: Rational

  init(_ value: Rational) { self.value = value }

  func write(to writer: inout PlanWriter) {
    var bytes: [UInt8] = []
    value.append(to: &bytes)
    writer.write(bytes.count)
    for byte in bytes { writer.write(byte) }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    var bytes: [UInt8] = []
    for _ in 0..<(try reader.count()) { bytes.append(try reader.number()) }
    let value = bytes.withUnsafeBytes { bytes in
      var offset = 0
      return Rational(bytes: bytes, at: &offset)
    }
    // One way to write a number: in lowest terms, without words of zeros.
    var canonical: [UInt8] = []
    value?.append(to: &canonical)
    guard let value, canonical == bytes else { throw reader.malformed("a ratio in lowest terms") }
    self.value = value
  }
}
