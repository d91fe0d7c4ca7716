import ArgumentParser
import Foundation
import IntaglioServing
import NIOCore

/// Where the server listens, and what one client may take of it.
struct ListeningOptions: ParsableArguments {
  @Option(help: "The port; 0 for any that is free.")
  var port = 8080

  @Option(help: "The address; others than this machine reach it only where this is not loopback.")
  var host = "127.0.0.1"

  @Option(help: "The largest body, decompressed too, in MiB.")
  var maxBody = 16

  @Option(help: "The most connections at a time.")
  var maxConnections = 1024

  @Option(help: "Seconds for a head, a body, or taking an answer.")
  var readTimeout = 10

  @Option(help: "Seconds that a connection may be silent between requests.")
  var idleTimeout = 60

  @Option(help: "A file with the token that clients must send.", completion: .file())
  var tokenFile: String?

  func validate() throws {
    try check("--port", port, 0...65_535)
    try check("--max-body", maxBody, 1...1024)
    try check("--max-connections", maxConnections, 1...65_536)
    try check("--read-timeout", readTimeout, 1...3600)
    try check("--idle-timeout", idleTimeout, 1...86_400)
  }

  /// - Throws: where the token cannot be read.
  func server(decoders: Int) throws -> ServerOptions {
    var options = ServerOptions()
    (options.host, options.port, options.decoders) = (host, port, decoders)
    options.limits.maxBody = maxBody << 20
    options.limits.maxBodies = max(256, 4 * maxBody) << 20
    options.limits.maxConnections = maxConnections
    options.limits.readTimeout = .seconds(Int64(readTimeout))
    options.limits.idleTimeout = .seconds(Int64(idleTimeout))
    if let tokenFile {
      guard let data = FileManager.default.contents(atPath: tokenFile) else {
        throw ValidationError("--token-file: \(tokenFile) cannot be read")
      }
      guard let text = String(bytes: data, encoding: .utf8), let token = BearerToken(text) else {
        throw ValidationError("--token-file: \(tokenFile) holds no token")
      }
      options.token = token
    }
    return options
  }
}

/// Refuses a value that is outside of `range`.
func check<Value: Comparable>(
  _ name: String,
  _ value: Value,
  _ range: ClosedRange<Value>
) throws {
  guard !range.contains(value) else { return }
  throw ValidationError(
    "\(name) is \(value); expected \(range.lowerBound) to \(range.upperBound)"
  )
}
