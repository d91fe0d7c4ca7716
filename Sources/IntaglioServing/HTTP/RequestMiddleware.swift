import IntaglioProtocol
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Gives a request its name, lets no error through that is no JSON, and logs and counts the answer.
struct RequestMiddleware: RouterMiddleware {
  typealias Context = ServeContext

  let limits: ConnectionLimits
  let token: BearerToken?
  /// The names under which it may be asked; `nil` for any.
  let hosts: Set<String>?
  let metrics: ServingMetrics
  let registry: ModelRegistry

  @concurrent
  func handle(
    _ request: Request,
    context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let begin = Monitor.now
    let id = Self.requestID(request.headers)
    var context = context
    context.requestID = id
    var (response, message) = (Response(status: .internalServerError), "")
    do {
      try check(request)
      response = try await next(request, context)
    } catch {
      let refusal = Self.refusal(error, request)
      message = refusal.message
      response = Self.response(refusal)
    }
    if let name = HTTPField.Name("X-Request-Id") { response.headers[name] = id }
    // Its answer has no body, whatever it would have been.
    if request.method == .head { response.body = ResponseBody() }
    let status = response.status.code
    let duration = Monitor.now - begin
    let asked = context.parameters.get("model")?.removingPercentEncoding
    let model = registry.entries.first { $0.name == asked }?.name ?? ""
    metrics.answered(model: model, status: status, nanoseconds: duration)
    let level: Logger.Level = status < 400 ? .debug : status < 500 ? .info : .error
    var logger = context.logger
    // The name that everybody else sees is enough.
    logger[metadataKey: "hb.request.id"] = nil
    logger.log(
      level: level,
      "\(status < 400 ? "answered" : "refused")",
      metadata: [
        "request": "\(id)", "method": "\(request.method)", "path": "\(quoted(request.uri.path))",
        "status": "\(status)", "microseconds": "\(duration / 1000)", "error": "\(message)",
      ]
    )
    return response
  }

  /// - Throws: what the connection found wrong; 401 without the token.
  private func check(_ request: Request) throws(ServingError) {
    if let field = Refusal.field, let refusal = request.headers[field].flatMap(Refusal.init) {
      throw refusal.error(limit: limits.maxBody)
    }
    try checkSite(request)
    guard let token, !Self.isOpen(request.uri.path),
      !token.accepts(authorization: request.headers[.authorization])
    else { return }
    throw ServingError(
      status: 401,
      "this server wants a token; send 'Authorization: Bearer TOKEN'"
    )
  }

  /// Refuses what a browser sends for a page of another site.
  ///
  /// - Throws: `ServingError` 403.
  private func checkSite(_ request: Request) throws(ServingError) {
    let authority = request.head.authority ?? ""
    if let hosts, !hosts.contains(Self.name(ofAuthority: authority)) {
      throw ServingError(
        status: 403,
        "the host \(quoted(authority)) is not this machine; ask for localhost, or start with --host or "
          + "--token-file"
      )
    }
    let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
    let origin = request.headers[.origin]
    let isForeign =
      origin.map { $0 != "http://\(authority)" && $0 != "https://\(authority)" } ?? false
    guard site == "cross-site" || site == "same-site" || isForeign else { return }
    throw ServingError(status: 403, "pages of other sites are not answered")
  }

  /// `localhost` of `localhost:8080`.
  private static func name(ofAuthority authority: String) -> String {
    let lowered = authority.lowercased()
    guard !lowered.hasPrefix("[") else {
      return lowered.firstIndex(of: "]").map { String(lowered[...$0]) } ?? lowered
    }
    return lowered.split(separator: ":").first.map(String.init) ?? ""
  }

  /// Whether everybody may see it: whether the server lives, and the page, which asks for the token.
  private static func isOpen(_ path: String) -> Bool {
    path == "/" || path == "/v2/health/live" || path == "/v2/health/ready"
  }

  /// The client's own, where it is short and plain.
  private static func requestID(_ headers: HTTPFields) -> String {
    if let name = HTTPField.Name("X-Request-Id"), let id = headers[name],
      (1...64).contains(id.utf8.count),
      id.utf8.allSatisfy({ Self.plain.contains($0) })
    {
      return id
    }
    let number = UInt64.random(in: .min ... .max)
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/+=".utf8
  )

  private static func refusal(_ error: any Error, _ request: Request) -> ServingError {
    switch error {
    case let error as ServingError: return error
    case let error as any HTTPResponseError:
      if error.status == .notFound {
        return .notFound(
          "there is no \(request.method) \(quoted(request.uri.path)); see GET /v2 and GET /v2/models"
        )
      }
      return ServingError(status: error.status.code, error.status.reasonPhrase)
    default: return ServingError(status: 500, "the server failed: \(type(of: error))")
    }
  }

  /// `{"error": "…"}`.
  static func response(_ error: ServingError) -> Response {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("error")
      writer.string(error.message)
    }
    var response = Response(
      json: writer,
      status: HTTPResponse.Status(code: (400...599).contains(error.status) ? error.status : 500)
    )
    if let seconds = error.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
    if error.status == 401 { response.headers[.wwwAuthenticate] = "Bearer" }
    return response
  }
}

extension Response {
  init(json: JSONWriter, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status,
      headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: json.buffer)
    )
  }
}
