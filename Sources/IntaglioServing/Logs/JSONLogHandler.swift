import IntaglioProtocol
import Foundation
public import Logging
import NIOCore

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
    self.write = write ?? { FileHandle.standardError.write(Data($0.utf8)) }
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
