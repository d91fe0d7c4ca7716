import Foundation
public import IntaglioData

/// A folder that keeps what a study has found, each finding by the hash of all that it depends on.
///
/// A finding is there whole or not at all, so a study that was interrupted goes on where it was, and one with another
/// limit uses what is there.
public struct WorkFolder: Sendable {
  public let path: String

  /// Raised where the meaning of a finding changes, so that older ones are not taken for it.
  private static let version = 1

  /// - Throws: `DataError.unwritable` where the folder cannot be made.
  public init(path: String) throws(DataError) {
    self.path = path
    try makeFolder(path)
  }

  /// What is known by `parts`: its name and the hash of all of them.
  func key(_ name: String, _ parts: [String]) -> String {
    // Parts are counted, so that two lists never read the same.
    let text = parts.map { "\($0.utf8.count):\($0)" }.joined(separator: ",")
    return "\(name)-\(SHA256Digest(of: "\(Self.version)/\(name)/\(text)").description.prefix(12))"
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Gives a file in the folder its name.
  ///
  /// - Throws: `DataError.unwritable` from the system.
  func rename(_ path: String, to target: String) throws(DataError) {
    guard Foundation.rename(path, target) == 0 else {
      throw .unwritable(file: target, reason: String(cString: strerror(errno)))
    }
  }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// The finding of `key`; what `make` finds, where there is none yet, it is damaged, or `isWhole` misses a file.
  func finding<Found: Codable>(
    _ key: String,
    isWhole: (Found) -> Bool = { _ in true },
    make: () throws -> Found
  ) throws -> Found {
    if let found: Found = known(key), isWhole(found) { return found }
    let found = try make()
    try write(found, key)
    return found
  }

  /// `nil` where there is none, or none that can be read.
  private func known<Found: Decodable>(_ key: String) -> Found? {
    guard let bytes = try? readFile(file(key + ".json"), limit: 1 << 30) else { return nil }
    return try? JSONDecoder().decode(Found.self, from: Data(bytes))
  }

  private func write(_ found: some Encodable, _ key: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try AtomicFile.write(bytes: Array(try encoder.encode(found)), to: file(key + ".json"))
  }
}
