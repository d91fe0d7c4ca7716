import IntaglioProtocol
public import NIOCore

/// Prepared numbers of some samples, one sample after the other.
public enum Samples: Sendable {
  case floats([Float])
  /// Float32, little endian, as it lies in the body of a request: copied once, into the batch.
  case float32(ByteBuffer)

  /// How many numbers there are.
  package var count: Int {
    switch self {
    case .floats(let numbers): numbers.count
    case .float32(let bytes): bytes.readableBytes / 4
    }
  }

  /// The numbers of several requests in one array.
  package static func joined(_ parts: [Samples]) -> [Float] {
    if parts.count == 1, case .floats(let numbers)? = parts.first { return numbers }
    let total = parts.reduce(0) { $0 + $1.count }
    return [Float](unsafeUninitializedCapacity: total) { target, initialized in
      let bytes = UnsafeMutableRawBufferPointer(target)
      var place = 0
      for part in parts {
        // Within `total`: the sum of all counts.
        let size = part.count * 4
        let room = UnsafeMutableRawBufferPointer(rebasing: bytes[place..<place + size])
        switch part {
        case .floats(let numbers): numbers.withUnsafeBytes { room.copyMemory(from: $0) }
        case .float32(let body): body.withUnsafeReadableBytes { RawTensor.copy($0, to: room) }
        }
        place += size
      }
      initialized = total
    }
  }
}
