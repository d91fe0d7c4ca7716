import CIntaglioFiles

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A file in memory, read-only: mapped, or a copy where it is small; released when the last user lets
/// go.
///
/// A final class, because every tensor of a file shares one mapping and the mapping has to live
/// as long as the longest-lived of them. The bytes are never written, so sharing them is safe.
///
/// Files below `copyLimit` are read. A larger one is mapped, and stays tied to the file: while it is
/// in use no other process may change it in place. Replacing it by a rename, as `AtomicFile` does, is
/// harmless. One that is shortened ends this process at the next access, by a bus error; with
/// `ProcessSignals.handle` it ends with a message and an exit code instead.
package final class MappedFile: Sendable {
  /// Files of fewer bytes are copied into memory.
  package static let copyLimit = 1 << 20

  /// The path as the caller gave it.
  package let path: String
  package let count: Int
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer?
  /// In the list of mappings; `nil` for a copy.
  private let entry: Int32?

  /// Maps or reads the regular file at `path`.
  ///
  /// - Throws: `DataError.unreadable` when it is absent, a folder, a device or not readable;
  ///   `truncated` when it is shortened meanwhile.
  package init(path: String) throws(DataError) {
    let descriptor = try openForReading(path)
    defer { close(descriptor) }
    let size = try regularFileSize(of: descriptor, path: path)
    self.path = path
    self.count = size
    if size < Self.copyLimit {
      self.base = try Self.copy(descriptor, size: size, path: path)
      self.entry = nil
      return
    }
    let mapping = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else {
      throw .unreadable(file: path, reason: systemReason())
    }
    self.base = mapping
    self.entry = intaglio_mapping_begin(mapping, size, path)
  }

  /// As aligned as a mapping: to 64 bytes at least, which kernels ask for.
  private static func copy(
    _ descriptor: Int32,
    size: Int,
    path: String
  ) throws(DataError) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 64)
    let found = readAll(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<size]))
    guard found == size, let base = memory.baseAddress else {
      let reason = systemReason()
      memory.deallocate()
      if found < 0 { throw .unreadable(file: path, reason: reason) }
      throw .truncated(file: path, what: "the file", expected: size, found: found)
    }
    return base
  }

  deinit {
    if let entry, let base {
      intaglio_mapping_end(entry)
      munmap(base, count)
    } else {
      base?.deallocate()
    }
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
