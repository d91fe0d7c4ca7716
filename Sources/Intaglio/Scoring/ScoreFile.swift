import Foundation
import IntaglioData

/// Rows on their way into a file: they stand in `FILE.part` until all are there.
///
/// `FILE.part.json` says of which run they are. A run that was killed leaves both, and the next one with
/// the same model, images and options goes on behind the last whole row. A lock keeps a second process
/// out.
///
/// A class because it owns the open file and its lock.
final class ScoreFile {
  /// What has to be equal for rows of two runs to stand in one file.
  struct Identity: Codable, Equatable {
    let model: String
    /// SHA-256 of the model's file.
    let modelHash: String
    /// SHA-256 of what the program makes of drawn samples, and of the preparation of images and the names of
    /// classes: options of any kind change it.
    let programHash: String
    let arithmetic: String
    let images: String
    let shard: String
    let top: Int
    let version: String

    /// The first that differs.
    func difference(from other: Identity) -> (what: String, own: String, other: String)? {
      [
        ("model", modelHash, other.modelHash), ("arithmetic", arithmetic, other.arithmetic),
        ("program", programHash, other.programHash), ("images", images, other.images),
        ("--shard", shard, other.shard),
        ("--top", "\(top)", "\(other.top)"), ("version", version, other.version),
      ]
      .first { $0.1 != $0.2 }
    }
  }

  let path: String
  let format: ScoreFormat
  private let descriptor: Int32
  private var lastFlush = ContinuousClock.now

  private var part: String { "\(path).part" }
  private static func identityPath(_ path: String) -> String { "\(path).part.json" }

  /// Opens the rows of an interrupted run, or begins anew.
  ///
  /// - Parameters:
  ///   - path: the file that the rows become.
  ///   - identity: of which run they are.
  ///   - restarting: whether rows that are there are thrown away.
  /// - Throws: `ScoreError`; `DataError.unwritable`.
  init(_ path: String, _ identity: Identity, restarting: Bool) throws {
    guard let format = ScoreFormat(path: path) else { throw ScoreError.format(path: path) }
    guard [.file, .absent].contains(fileKind(path)) else { throw ScoreError.noFile(path: path) }
    let part = "\(path).part"
    descriptor = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    (self.path, self.format) = (path, format)
    guard descriptor >= 0 else { throw Self.unwritable(part) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw ScoreError.inUse(part: part) }
    var (own, named) = (stat(), stat())
    guard fstat(descriptor, &own) == 0 else { throw Self.unwritable(part) }
    // Another process may have given it its name between the opening and the lock.
    guard stat(part, &named) == 0, own.st_ino == named.st_ino, own.st_dev == named.st_dev else {
      throw ScoreError.inUse(part: part)
    }
    let identityPath = Self.identityPath(path)
    if !restarting, own.st_size > 0 {
      guard let old = try? Data(contentsOf: URL(filePath: identityPath)),
        let known = try? JSONDecoder().decode(Identity.self, from: old)
      else { throw ScoreError.unknownRun(part: part, identity: identityPath) }
      if let (what, expected, found) = identity.difference(from: known) {
        throw ScoreError.otherRun(part: part, what: what, expected: expected, found: found)
      }
      return
    }
    guard ftruncate(descriptor, 0) == 0 else { throw Self.unwritable(part) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(bytes: Array(encoder.encode(identity)), to: identityPath)
    try append(format.header)
  }

  private static func unwritable(_ path: String) -> DataError {
    .unwritable(file: path, reason: String(cString: strerror(errno)))
  }

  deinit { close(descriptor) }

  /// Goes through the rows that are there, and removes a last one that is not whole.
  ///
  /// - Parameter expected: what the next row begins with, and the name of its image; `nil` where there are
  ///   no more images.
  /// - Returns: how many rows are there.
  /// - Throws: `ScoreError.row` for a row that is none of these images.
  func resume(
    _ expected: () throws -> (beginning: String, image: String)?
  ) throws -> Int {
    let isHeaded = !format.header.isEmpty
    var (rows, lines, kept) = (0, 0, 0)
    try eachWholeLine { line in
      lines += 1
      if isHeaded, lines == 1 {
        guard line.elementsEqual(format.header.utf8) else {
          throw ScoreError.row(part: part, line: 1, expected: "the header")
        }
      } else {
        guard let next = try expected() else {
          throw ScoreError.row(part: part, line: lines, expected: "no further image")
        }
        guard line.starts(with: next.beginning.utf8) else {
          throw ScoreError.row(part: part, line: lines, expected: next.image)
        }
        rows += 1
      }
      kept += line.count
    }
    guard ftruncate(descriptor, off_t(kept)) == 0, lseek(descriptor, off_t(kept), SEEK_SET) >= 0
    else { throw Self.unwritable(part) }
    if isHeaded, lines == 0 { try append(format.header) }
    return rows
  }

  /// Every line that is whole, with its end, a piece of the file at a time.
  private func eachWholeLine(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw Self.unwritable(part) }
    var (pending, piece) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
    while true {
      let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.unwritable(part) }
      guard count > 0 else { return }
      pending += piece[..<count]
      var start = 0
      while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
        try body(pending[start...end])
        start = end + 1
      }
      pending.removeFirst(start)
    }
  }

  /// Writes whole rows; every few seconds so that they outlive a loss of power.
  func append(_ text: String) throws {
    guard writeAll(Array(text.utf8), to: descriptor) else { throw Self.unwritable(part) }
    guard ContinuousClock.now - lastFlush > .seconds(5) else { return }
    fsync(descriptor)
    lastFlush = .now
  }

  /// Gives the file its name.
  func finish() throws {
    guard fsync(descriptor) == 0, rename(part, path) == 0 else { throw Self.unwritable(path) }
    unlink(Self.identityPath(path))
  }
}
