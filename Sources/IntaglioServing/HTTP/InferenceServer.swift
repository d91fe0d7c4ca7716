import IntaglioProtocol
import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import ServiceLifecycle
public import UnixSignals

/// Answers the Open Inference Protocol over HTTP/1.1, until it is told to stop.
///
/// A class, because whoever stops it is not who runs it.
public final class InferenceServer: Sendable {
  private let group = NIOLockedValueBox<ServiceGroup?>(nil)
  private let registry: ModelRegistry
  private let metrics: ServingMetrics
  private let options: ServerOptions
  private let logger: Logger

  public init(
    _ registry: ModelRegistry,
    metrics: ServingMetrics,
    options: ServerOptions,
    logger: Logger
  ) {
    (self.registry, self.metrics, self.options) = (registry, metrics, options)
    self.logger = logger
  }

  /// Listens, opens the models, answers, and ends when a signal or `stop()` stops it: it takes no
  /// new connections and ends when all requests that it has taken are answered.
  ///
  /// - Parameters:
  ///   - signals: those that stop it.
  ///   - started: told of the port.
  /// - Throws: where the port is taken or a model cannot be opened.
  public func run(
    stoppedBy signals: [UnixSignal] = [.sigterm, .sigint],
    started: @escaping @Sendable (_ port: Int) -> Void = { _ in }
  ) async throws {
    let decoders = NIOThreadPool(numberOfThreads: max(1, options.decoders))
    decoders.start()
    let loading = LoadingService(registry: registry)
    let budget = BodyBudget(bytes: options.limits.maxBodies)
    let application = application(decoders, budget, started)
    var configuration = ServiceGroupConfiguration(
      services: [loading, registry, application],
      gracefulShutdownSignals: signals,
      logger: logger
    )
    configuration.maximumGracefulShutdownDuration = options.stopTimeout
    let group = ServiceGroup(configuration: configuration)
    self.group.withLockedValue { $0 = group }
    let outcome = await Result.of { try await group.run() }
    registry.close()
    try? await decoders.shutdownGracefully()
    try outcome.get()
  }

  /// Tells a running server to end when all that it has taken is answered.
  public func stop() async {
    await group.withLockedValue { $0 }?.triggerGracefulShutdown()
  }

  private func application(
    _ decoders: NIOThreadPool,
    _ budget: BodyBudget,
    _ started: @escaping @Sendable (Int) -> Void
  ) -> some ApplicationProtocol {
    let limits = options.limits
    let channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [RequestAssembler(limits, budget)],
      idleTimeout: nil,
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: 16 << 10,
        maxHeaderListSize: 32 << 10,
        maxHeaderFieldCount: 100
      )
    )
    return Application(
      router: router(decoders, budget),
      server: HTTPServerBuilder { responder in
        FinishedChannel(HTTP1Channel(responder: responder, configuration: channel))
      },
      configuration: ApplicationConfiguration(
        address: .hostname(options.host, port: options.port),
        backlog: 1024,
        availableConnectionsDelegate: MaximumAvailableConnections(
          limits.maxConnections,
          logger: logger
        )
      ),
      onServerRunning: { started($0.localAddress?.port ?? 0) },
      logger: logger
    )
  }

  private func router(
    _ decoders: NIOThreadPool,
    _ budget: BodyBudget
  ) -> Router<ServeContext> {
    let about = MetadataRoutes(registry: registry, version: options.version)
    let infer = InferRoute(
      registry: registry,
      limits: options.limits,
      budget: budget,
      decoders: decoders
    )
    let (metrics, registry) = (metrics, registry)
    let router = Router(context: ServeContext.self, options: .autoGenerateHeadEndpoints)
    router.add(
      middleware: RequestMiddleware(
        limits: options.limits,
        token: options.token,
        hosts: options.hosts,
        metrics: metrics,
        registry: registry
      )
    )
    router.get("/") { _, _ in Page.response }
    router.get("/metrics") { _, _ in
      for pool in registry.pools { metrics.collect(pool) }
      return Response(
        status: .ok,
        headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.registry.text))
      )
    }
    router.get("/v2") { _, _ in about.server }
    router.get("/v2/health/live") { _, _ in about.live }
    router.get("/v2/health/ready") { _, _ in try about.ready() }
    router.get("/v2/models") { _, _ in about.models }
    router.post("/v2/repository/index") { _, _ in about.index }
    for path in ["/v2/models/:model", "/v2/models/:model/versions/:version"] {
      router.get("\(path)") { _, context in try about.model(context.model()) }
      router.get("\(path)/ready") { _, context in try about.ready(context.model()) }
      router.post("\(path)/infer") { request, context in
        try await infer.respond(to: request, model: context.model())
      }
    }
    return router
  }
}

extension ServeContext {
  /// The model of the path.
  ///
  /// Versions are not kept, so that there is one version, 1.
  ///
  /// - Throws: `ServingError` 404 for another version.
  fileprivate func model() throws(ServingError) -> String {
    if let version = parameters.get("version"), version != "1" {
      throw .notFound("there is no version \(quoted(version)); models have version 1, or none")
    }
    let name = parameters.get("model") ?? ""
    return name.removingPercentEncoding ?? name
  }
}

/// Opens the models, then waits for the end.
private struct LoadingService: Service {
  let registry: ModelRegistry

  func run() async throws {
    try await registry.load()
    try await gracefulShutdown()
  }
}

extension Result where Failure == any Error {
  fileprivate static func of(_ body: () async throws -> Success) async -> Self {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}
