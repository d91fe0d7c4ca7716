import HummingbirdCore
import IntaglioServing
import Logging
import NIOCore
import NIOEmbedded
import Testing

@Suite struct FinishedChannelTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// What is accepted while a server ends is dropped by it, and `NIOAsyncChannel` alone leaves it open.
  @Test(.timeLimit(.minutes(1)))
  func `a connection that nobody handles is closed`() async throws {
    let channel = NIOAsyncTestingChannel()
    try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
    try await accept(on: channel)
    try await channel.closeFuture.get()
    #expect(!channel.isActive)
  }

  private func accept(on channel: NIOAsyncTestingChannel) async throws {
    let accepting = FinishedChannel(
      HTTP1Channel { _, _, _ in Issue.record("nobody asked") }
    )
    let connection = try await channel.testingEventLoop.submit { [logger] in
      accepting.setup(channel: channel, logger: logger)
    }.get().get()
    #expect(connection.channel.isActive)
  }
}
