import Foundation
import IntaglioData

/// A folder of its own for one test, removed when the test lets go of it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("intaglio-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  @discardableResult
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let url = URL(fileURLWithPath: path).appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try Data(bytes).write(to: url)
    return url.path
  }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// All names, hidden ones too.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}

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
