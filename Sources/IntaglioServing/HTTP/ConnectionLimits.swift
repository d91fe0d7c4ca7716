public import NIOCore

/// What one client may take of the server.
public struct ConnectionLimits: Sendable, Hashable {
  /// The largest body, in bytes; also of what a compressed one becomes.
  public var maxBody = 16 << 20
  /// The most bytes of the bodies of all requests that are read or answered at a time.
  public var maxBodies = 256 << 20
  /// The most connections at a time; others wait to be accepted.
  public var maxConnections = 1024
  /// How long the head of the first request, a whole body, or taking an answer may take.
  public var readTimeout = TimeAmount.seconds(10)
  /// How long a connection may be silent between requests.
  public var idleTimeout = TimeAmount.seconds(60)
  /// How long a client that was refused may go on sending.
  public var linger = TimeAmount.seconds(2)
  /// How long a silent connection is kept when the server stops: a request may be on its way.
  public var grace = TimeAmount.milliseconds(100)

  public init() {}
}
