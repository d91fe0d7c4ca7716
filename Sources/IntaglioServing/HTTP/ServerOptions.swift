/// Where the server listens, and whom it answers.
public struct ServerOptions: Sendable {
  /// Loopback, unless somebody says otherwise.
  public var host = "127.0.0.1"
  /// 0 for any that is free.
  public var port = 8080
  public var limits = ConnectionLimits()
  /// `nil` where everybody is answered.
  public var token: BearerToken?
  /// How many images are decoded at a time.
  public var decoders = 2
  /// Of the program.
  public var version = "0.1.0"
  /// How long stopping may take.
  public var stopTimeout = Duration.seconds(30)

  public init() {}
}
