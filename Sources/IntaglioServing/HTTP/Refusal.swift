import IntaglioProtocol
import HTTPTypes

/// Why a connection did not read a request to its end.
enum Refusal: String {
  case tooLarge = "too-large"
  case slow
  case busy

  /// The field in which the connection tells the responder; a client's own is taken away.
  static let field = HTTPField.Name("Intaglio-Refusal")

  /// What the client reads, where bodies have at most `limit` bytes.
  func error(limit: Int) -> ServingError {
    switch self {
    case .tooLarge: .tooLarge(limit: limit)
    case .slow: ServingError(status: 408, "the body took too long to arrive; send it faster")
    case .busy: .unavailable("the server holds as many bodies as it may; try again")
    }
  }
}
