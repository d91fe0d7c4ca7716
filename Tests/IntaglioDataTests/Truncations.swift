import IntaglioData
import IntaglioTestSupport

/// Runs `parse` on every proper prefix of `bytes` and returns the lengths it wrongly accepts.
func acceptedTruncations(
  of bytes: [UInt8],
  in folder: TemporaryFolder,
  _ parse: (String) throws -> Void
) throws -> [Int] {
  var accepted: [Int] = []
  for length in 0..<bytes.count {
    let path = try folder.file("truncated", Array(bytes.prefix(length)))
    do {
      try parse(path)
      accepted.append(length)
    } catch is DataError {
    }
  }
  return accepted
}

/// A little-endian integer of `width` bytes.
func littleEndian(_ value: Int, width: Int) -> [UInt8] {
  (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A big-endian u32.
func bigEndian(_ value: Int) -> [UInt8] { littleEndian(value, width: 4).reversed() }
