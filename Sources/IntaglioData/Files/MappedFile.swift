#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A file mapped read-only into memory, unmapped when the last user lets go.
///
/// A final class, because every tensor of a file shares one mapping and the mapping has to live
/// as long as the longest-lived of them. The pages are never written, so sharing it is safe.
///
/// A file that another process shortens while it is mapped ends this process with a bus error, as
/// with any mapping; replacing it by a rename, as `AtomicFile` does, is harmless.
package final class MappedFile: Sendable {
  /// The path as the caller gave it.
  package let path: String
  package let count: Int
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer?

  /// Maps the regular file at `path`.
  ///
  /// - Throws: `DataError.unreadable` when it is absent, a folder, a device or not readable.
  package init(path: String) throws(DataError) {
    let descriptor = try openForReading(path)
    defer { close(descriptor) }
    let size = try regularFileSize(of: descriptor, path: path)
    self.path = path
    self.count = size
    if size == 0 {
      self.base = nil
      return
    }
    let mapping = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else {
      throw .unreadable(file: path, reason: systemReason())
    }
    self.base = mapping
  }

  deinit {
    if let base { munmap(base, count) }
  }

  /// All bytes of the file, valid during `body`.
  package func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base, count: count).bytes)
  }
}

extension MappedFile {
  /// Valid while the file lives.
  fileprivate func unsafeBytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(start: base, count: count)[range])
  }
}

/// A range of a mapped file that keeps the mapping alive.
public struct MappedBytes: Sendable {
  private let file: MappedFile
  private let range: Range<Int>

  /// - Precondition: `range` lies within the file.
  package init(file: MappedFile, range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count)
    self.file = file
    self.range = range
  }

  public var count: Int { range.count }

  /// The position of the first byte in its file.
  public var fileOffset: Int { range.lowerBound }

  /// The bytes where they lie in the page cache, valid during `body`.
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes { bytes throws(Failure) in try body(bytes.extracting(range)) }
  }

  /// Where the bytes lie, and what keeps them there: the address is valid while the owner lives.
  public var unsafeBytes: (bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) {
    (file.unsafeBytes(range), file)
  }

  /// A copy of the bytes.
  public func copy() -> [UInt8] {
    withBytes { bytes in bytes.withUnsafeBytes { [UInt8]($0) } }
  }
}
