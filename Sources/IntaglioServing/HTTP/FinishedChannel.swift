package import HummingbirdCore
package import Logging
import NIOConcurrencyHelpers
package import NIOCore

/// HTTP/1.1 connections of which each is closed properly, also one that nobody comes to handle.
///
/// A server that ends no longer takes the connections that were accepted a moment before. Such a connection
/// would be dropped with its writer open, which is against the rules of `NIOAsyncChannel`, and its client
/// would wait.
package struct FinishedChannel: ServerChildChannel {
  private let channel: HTTP1Channel

  package init(_ channel: HTTP1Channel) { self.channel = channel }

  package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
    self.channel.setup(channel: channel, logger: logger).map(Connection.init)
  }

  package func handle(value: Connection, logger: Logger) async {
    guard let accepted = value.take() else { return }
    await channel.handle(value: accepted, logger: logger)
  }

  /// An accepted connection, which closes itself where it was not taken.
  package final class Connection: ServerChildChannelValue {
    package let channel: any Channel
    private let accepted: NIOLockedValueBox<HTTP1Channel.Value?>

    init(_ accepted: HTTP1Channel.Value) {
      channel = accepted.channel
      self.accepted = NIOLockedValueBox(accepted)
    }

    deinit {
      guard let accepted = take() else { return }
      Task { try? await accepted.executeThenClose { _, _ in } }
    }

    /// The connection for who handles it; `nil` where somebody does already.
    func take() -> HTTP1Channel.Value? {
      accepted.withLockedValue { connection in
        defer { connection = nil }
        return connection
      }
    }
  }
}
