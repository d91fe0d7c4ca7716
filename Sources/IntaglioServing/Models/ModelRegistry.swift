package import IntaglioProtocol
import Foundation
public import Logging
import NIOConcurrencyHelpers
public import ServiceLifecycle

/// The models by name.
///
/// A file that is replaced, by renaming another to its path, is opened anew; the old
/// model answers until the new one is open, and goes on where that fails.
///
/// A class, because the server and the service that looks after the files share it.
public final class ModelRegistry: Service {
  /// A model of the command line.
  public struct Entry: Sendable, Hashable {
    /// The name in addresses.
    public let name: String
    /// What is opened.
    public let source: String
    /// The file whose replacement opens it anew.
    public let file: String

    /// - Parameters:
    ///   - name: the name in addresses.
    ///   - source: what is opened.
    ///   - file: the file to look after; the source itself when not said.
    public init(name: String, source: String, file: String? = nil) {
      (self.name, self.source, self.file) = (name, source, file ?? source)
    }
  }

  /// Opens a model; called on a thread of its own.
  public typealias Open = @Sendable (_ source: String) throws -> any ServedModel

  private struct State {
    var pools: [String: ModelPool] = [:]
    var identities: [String: FileIdentity] = [:]
    var isClosed = false
  }

  public let entries: [Entry]
  private let limits: BatchLimits
  private let metrics: ServingMetrics
  private let logger: Logger
  private let interval: Duration
  private let open: Open
  private let state = NIOLockedValueBox(State())

  /// - Parameters:
  ///   - entries: the models; opened by `load()`.
  ///   - limits: how samples of each run together.
  ///   - metrics: told of batches and reloads.
  ///   - logger: told of reloads.
  ///   - interval: how often the files are looked at.
  ///   - open: opens a model.
  public init(
    _ entries: [Entry],
    limits: BatchLimits,
    metrics: ServingMetrics,
    logger: Logger,
    interval: Duration = .seconds(1),
    open: @escaping Open
  ) {
    (self.entries, self.limits, self.metrics) = (entries, limits, metrics)
    (self.logger, self.interval, self.open) = (logger, interval, open)
  }

  /// Whether all models are open.
  package var isReady: Bool {
    state.withLockedValue { state in
      !state.isClosed && entries.allSatisfy { state.pools[$0.name] != nil }
    }
  }

  /// The model of a name.
  ///
  /// - Throws: `ServingError` 404 where there is none of that name, 503 where it is not open yet.
  package func pool(_ name: String) throws(ServingError) -> ModelPool {
    if let pool = state.withLockedValue({ $0.pools[name] }) { return pool }
    guard entries.contains(where: { $0.name == name }) else {
      let known = entries.map { quoted($0.name) }.joined(separator: ", ")
      throw .notFound("there is no model \(quoted(name)); this server has \(known)")
    }
    throw .unavailable("the model \(quoted(name)) is not open yet; try again")
  }

  /// The models that are open.
  package var pools: [ModelPool] {
    state.withLockedValue { state in entries.compactMap { state.pools[$0.name] } }
  }

  /// Opens all models.
  ///
  /// - Throws: what opening one throws.
  public func load() async throws {
    for entry in entries { try await load(entry, identity: FileIdentity(path: entry.file)) }
  }

  private func load(_ entry: Entry, identity: FileIdentity?) async throws {
    let begin = Monitor.now
    let open = open
    let model = try await Self.onThread("open \(entry.name)") { try open(entry.source) }
    let pool = ModelPool(
      name: entry.name,
      model: model,
      limits: limits,
      observer: metrics.observer(of: entry.name)
    )
    let (old, isClosed) = state.withLockedValue { state in
      if state.isClosed { return (nil as ModelPool?, true) }
      state.identities[entry.name] = identity
      return (state.pools.updateValue(pool, forKey: entry.name), false)
    }
    if isClosed { pool.queue.close() }
    if let old {
      metrics.collectSaturations(of: old)
      old.queue.close()
    }
    metrics.forgetSaturations(of: entry.name)
    logger.info(
      "model is open",
      metadata: [
        "model": "\(entry.name)", "source": "\(entry.source)",
        "milliseconds": "\((Monitor.now - begin) / 1_000_000)",
      ]
    )
  }

  /// Opens the models anew whose files are others than before.
  package func reload() async {
    for entry in entries {
      // What is not open yet is being opened.
      guard state.withLockedValue({ $0.pools[entry.name] != nil }),
        let identity = FileIdentity(path: entry.file),
        identity != state.withLockedValue({ $0.identities[entry.name] })
      else { continue }
      do {
        try await load(entry, identity: identity)
        metrics.reloaded(entry.name, succeeded: true)
      } catch {
        // It is tried again when it is another file.
        state.withLockedValue { $0.identities[entry.name] = identity }
        metrics.reloaded(entry.name, succeeded: false)
        logger.error(
          "the new file cannot be opened; the old model goes on",
          metadata: [
            "model": "\(entry.name)", "source": "\(entry.source)", "error": "\(error)",
          ]
        )
      }
    }
  }

  /// Looks after the files until the server stops.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: self.interval)) != nil { await self.reload() }
    }
  }

  /// Closes all queues: what waits is answered, nothing new is taken.
  public func close() {
    let pools = state.withLockedValue { state in
      state.isClosed = true
      return Array(state.pools.values)
    }
    for pool in pools { pool.queue.close() }
  }

  private static func onThread<Result: Sendable>(
    _ name: String,
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      let thread = Thread { continuation.resume(with: Swift.Result { try body() }) }
      thread.name = name
      thread.stackSize = 8 << 20
      thread.start()
    }
  }
}
