import ArgumentParser
import Foundation
import Intaglio
import IntaglioServing
import Logging

/// The executable `intaglio-serve`.
@main
struct IntaglioServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "intaglio-serve",
    abstract: "Answer the Open Inference Protocol with models on low-bit integers.",
    discussion: """
      Listens on this machine only unless --host says otherwise. A model file that is replaced by \
      renaming is opened anew; SIGTERM answers what was taken and ends.

      Example:
        intaglio-serve --model vit=vit.intaglio --port 8080
        curl -s localhost:8080/v2/models/vit
      """,
    version: IntaglioVersion.number
  )

  @Option(name: .customLong("model"), help: "A model and its name in addresses; may be repeated.")
  var models: [ModelArgument]

  @OptionGroup var listening: ListeningOptions
  @OptionGroup var batching: BatchingOptions

  @Option(
    help: "The least that is logged: trace, debug, info, notice, warning, error or critical.",
    transform: level
  )
  var logLevel = Logger.Level.info

  func validate() throws {
    if models.isEmpty { throw ValidationError("expected --model NAME=FILE") }
    if let twice = Dictionary(grouping: models, by: \.name).first(where: { $1.count > 1 }) {
      throw ValidationError("--model: the name '\(twice.key)' is there twice")
    }
  }

  func run() async throws {
    BLASProcessor.restartForBetter()
    // Whoever read the log may go.
    signal(SIGPIPE, SIG_IGN)
    let level = logLevel
    LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: level) }
    let logger = Logger(label: "intaglio-serve")
    let (metrics, threads) = (ServingMetrics(), batching.threadsPerExecutor)
    let registry = ModelRegistry(
      models.map { ModelRegistry.Entry(name: $0.name, source: $0.source, file: $0.file) },
      limits: batching.limits,
      metrics: metrics,
      logger: logger
    ) { source in
      try openModel(source, threads: threads)
    }
    var options = try listening.server(decoders: batching.threads)
    options.version = IntaglioVersion.number
    let server = InferenceServer(registry, metrics: metrics, options: options, logger: logger)
    let host = options.host
    try await server.run { port in
      logger.info("listening", metadata: ["host": "\(host)", "port": "\(port)"])
    }
    logger.info("stopped")
  }
}

private func level(_ word: String) throws -> Logger.Level {
  guard let level = Logger.Level(rawValue: word) else {
    let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("--log-level is '\(word)'; expected one of \(known)")
  }
  return level
}
