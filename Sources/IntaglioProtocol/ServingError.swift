/// Why a request is not answered, as an HTTP status and one line that says what to do.
public struct ServingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The HTTP status.
  public let status: Int
  /// One line of text.
  public let message: String
  /// After how many seconds the same request may succeed; `nil` where it will not.
  public let retryAfter: Int?

  public init(status: Int, _ message: String, retryAfter: Int? = nil) {
    (self.status, self.message, self.retryAfter) = (status, message, retryAfter)
  }

  public var description: String { "\(status): \(message)" }

  /// 400.
  public static func badRequest(_ message: String) -> ServingError {
    ServingError(status: 400, message)
  }

  /// 404.
  public static func notFound(_ message: String) -> ServingError {
    ServingError(status: 404, message)
  }

  /// 413, which says how large a body may be, in bytes.
  public static func tooLarge(limit: Int) -> ServingError {
    ServingError(
      status: 413,
      "the body is larger than \(limit) bytes; send fewer samples or start with a larger --max-body"
    )
  }

  /// 429: the queue of a model is full.
  public static func queueFull(model: String, limit: Int) -> ServingError {
    ServingError(
      status: 429,
      "the queue of \(quoted(model)) is full (\(limit) samples); try again",
      retryAfter: 1
    )
  }

  /// 503 with a time to wait.
  public static func unavailable(_ message: String) -> ServingError {
    ServingError(status: 503, message, retryAfter: 1)
  }

  /// 503: the request waited too long.
  public static func timedOut(milliseconds: Int) -> ServingError {
    unavailable("no executor was free within \(milliseconds) ms; try again")
  }

  /// 503: the queue takes nothing any more.
  public static let stopping = unavailable("the server is stopping; try again")
}
