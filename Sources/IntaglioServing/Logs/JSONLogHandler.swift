import IntaglioProtocol
import Foundation
public import Logging
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes an event as one line of JSON to the standard error output.
public struct JSONLogHandler: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let label: String
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - label: of the logger.
  ///   - level: the least that is written.
  ///   - write: takes a line with its end; the standard error output when not said.
  public init(
    label: String,
    level: Logger.Level,
    write: (@Sendable (String) -> Void)? = nil
  ) {
    (self.label, logLevel) = (label, level)
    // One call, so that lines of several threads do not mix.
    self.write = write ?? Self.writeToStandardError
  }

  /// A reader that has gone is no reason to end: what cannot be written is lost.
  private static func writeToStandardError(_ line: String) {
    var bytes = Array(line.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { systemWrite(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("time")
      writer.string(Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
      writer.key("level")
      writer.string(event.level.rawValue)
      writer.key("message")
      writer.string("\(event.message)")
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      for (key, value) in all.sorted(by: { $0.key < $1.key }) where "\(value)" != "" {
        writer.key(key)
        writer.string("\(value)")
      }
    }
    write(String(buffer: writer.buffer) + "\n")
  }
}

/// The system's function, whose name is also a property above.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, bytes, count)
}
