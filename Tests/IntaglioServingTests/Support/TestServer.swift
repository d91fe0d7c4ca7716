import Foundation
import IntaglioServing
import Logging

/// A server with fake models, on a port of its own.
struct TestServer: Sendable {
  let server: InferenceServer
  let registry: ModelRegistry
  let port: Int

  /// A request as it goes over the wire.
  static func request(
    _ method: String,
    _ path: String,
    _ headers: [(String, String)] = [],
    body: [UInt8] = []
  ) -> [UInt8] {
    var text = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    if !headers.contains(where: { $0.0.lowercased() == "content-length" }) {
      text += "Content-Length: \(body.count)\r\n"
    }
    return Array((text + "\r\n").utf8) + body
  }

  /// Asks on a connection of its own.
  func ask(
    _ method: String,
    _ path: String,
    _ headers: [(String, String)] = [],
    body: [UInt8] = []
  ) async throws -> Reply {
    let wire = try Wire(port: port)
    wire.send(Self.request(method, path, headers, body: body))
    guard let reply = try await wire.reply() else {
      throw Wire.Failure(description: "no answer to \(method) \(path)")
    }
    return reply
  }

  func get(_ path: String, _ headers: [(String, String)] = []) async throws -> Reply {
    try await ask("GET", path, headers)
  }

  /// Sends JSON for inference.
  func infer(_ json: String, _ headers: [(String, String)] = []) async throws -> Reply {
    try await ask("POST", "/v2/models/fake/infer", headers, body: Array(json.utf8))
  }

  /// Sends JSON with binary tensors behind it.
  func inferBinary(
    _ json: String,
    tail: [UInt8],
    length: Int? = nil,
    _ headers: [(String, String)] = []
  ) async throws -> Reply {
    let body = Array(json.utf8)
    let header = ("Inference-Header-Content-Length", "\(length ?? body.count)")
    return try await ask("POST", "/v2/models/fake/infer", headers + [header], body: body + tail)
  }

  /// One sample as JSON.
  static func json(_ a: Float, _ b: Float, more: String = "") -> String {
    #"{"inputs":[{"name":"pixels","shape":[1,1,2],"datatype":"FP32","data":[\#(a),\#(b)]}]\#(more)}"#
  }
}

/// Runs a server for as long as `body` does.
func withServer(
  _ model: any ServedModel = FakeModel(),
  limits: BatchLimits = BatchLimits(maxDelayMilliseconds: 0),
  options: ServerOptions = ServerOptions(),
  open: ModelRegistry.Open? = nil,
  source: String = "/nowhere",
  _ body: (TestServer) async throws -> Void
) async throws {
  var options = options
  options.port = 0
  let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  let metrics = ServingMetrics()
  let registry = ModelRegistry(
    [ModelRegistry.Entry(name: "fake", source: source)],
    limits: limits,
    metrics: metrics,
    logger: logger,
    interval: .milliseconds(20),
    open: open ?? { _ in model }
  )
  let server = InferenceServer(registry, metrics: metrics, options: options, logger: logger)
  let (ports, continuation) = AsyncStream<Int>.makeStream()
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask {
      defer { continuation.finish() }
      try await server.run(stoppedBy: []) { continuation.yield($0) }
    }
    var iterator = ports.makeAsyncIterator()
    if let port = await iterator.next() {
      let test = TestServer(server: server, registry: registry, port: port)
      do {
        if open == nil { _ = try await eventually { registry.isReady } }
        try await body(test)
      } catch {
        await server.stop()
        throw error
      }
    }
    await server.stop()
    try await group.waitForAll()
  }
}

extension [Float] {
  /// Little endian.
  var bytes: [UInt8] {
    flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> ($0 * 8)) } }
  }
}
