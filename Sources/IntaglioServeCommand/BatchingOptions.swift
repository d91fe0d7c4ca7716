import ArgumentParser
import Foundation
import IntaglioServing

/// How requests run together.
struct BatchingOptions: ParsableArguments {
  @Option(help: "The most samples of several requests that run together.")
  var maxBatch = 8

  @Option(help: "How long a request waits for others, in milliseconds.")
  var maxDelayMs = 0.0

  @Option(help: "The most samples that wait for each model; more are refused.")
  var queue = 256

  @Option(help: "How long a request may wait, in milliseconds.")
  var timeoutMs = 10_000

  @Option(help: "Threads for arithmetic; all cores when not said.")
  var threads = max(1, ProcessInfo.processInfo.activeProcessorCount)

  @Option(help: "Batches that run at a time; they share the threads.")
  var executors = 1

  func validate() throws {
    try check("--max-batch", maxBatch, 1...4096)
    try check("--max-delay-ms", maxDelayMs, 0...60_000)
    try check("--queue", queue, 1...1_000_000)
    try check("--timeout-ms", timeoutMs, 1...86_400_000)
    try check("--threads", threads, 1...1024)
    try check("--executors", executors, 1...threads)
  }

  var threadsPerExecutor: Int { max(1, threads / max(1, executors)) }

  var limits: BatchLimits {
    BatchLimits(
      maxBatch: maxBatch,
      maxDelayMilliseconds: maxDelayMs,
      queue: queue,
      timeoutMilliseconds: timeoutMs,
      executors: executors
    )
  }
}
