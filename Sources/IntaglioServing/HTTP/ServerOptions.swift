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
  public var version = ""
  /// How long stopping may take.
  public var stopTimeout = Duration.seconds(30)

  public init() {}

  /// The names under which it may be asked; `nil` for any.
  ///
  /// Who listens on loopback without a token is asked by programs of this machine, among them browsers with
  /// pages of other sites; a name of theirs that points here is none of ours.
  var hosts: Set<String>? {
    guard token == nil, host == "127.0.0.1" || host == "::1" || host == "localhost" else {
      return nil
    }
    return ["localhost", "127.0.0.1", "[::1]", host]
  }
}
