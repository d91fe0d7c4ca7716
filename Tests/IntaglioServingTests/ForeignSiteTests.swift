import Foundation
import IntaglioServing
import Testing

/// What pages of other sites and strange clients may not have.
@Suite struct ForeignSiteTests {
  @Test(arguments: [
    "Host: evil.example", "Host: localhost\r\nOrigin: http://evil.example",
    "Host: localhost\r\nSec-Fetch-Site: cross-site", "Host: localhost\r\nOrigin: null",
  ])
  func `pages of other sites are not answered`(fields: String) async throws {
    try await withServer { server async throws in
      let wire = try Wire(port: server.port)
      wire.send("GET /v2/models HTTP/1.1\r\n\(fields)\r\n\r\n")
      let reply = try await wire.reply()
      #expect(reply?.status == 403)
    }
  }

  @Test func `the server's own page and other names of this machine are answered`() async throws {
    try await withServer { server async throws in
      for name in ["localhost", "127.0.0.1", "LOCALHOST", "[::1]"] {
        let wire = try Wire(port: server.port)
        let host = "\(name):\(server.port)"
        wire.send("GET /v2/models HTTP/1.1\r\nHost: \(host)\r\nOrigin: http://\(host)\r\n\r\n")
        let reply = try await wire.reply()
        #expect(reply?.status == 200)
      }
    }
  }

  @Test func `an answer to HEAD has no body, so that the next one begins where it should`()
    async throws
  {
    try await withServer { server async throws in
      let wire = try Wire(port: server.port)
      wire.send("HEAD /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
      wire.send("HEAD /v9 HTTP/1.1\r\nHost: localhost\r\n\r\n")
      wire.send("GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      let text = try await wire.everything()
      let answers = text.components(separatedBy: "HTTP/1.1 ").dropFirst()
      #expect(answers.map { $0.prefix(3) } == ["200", "404", "200"])
      #expect(answers.prefix(2).allSatisfy { $0.hasSuffix("\r\n\r\n") })
    }
  }

  @Test func `more images than the queue holds are refused before one is decoded`() async throws {
    let limits = BatchLimits(maxDelayMilliseconds: 0, queue: 4)
    try await withServer(limits: limits) { server async throws in
      let data = Array(repeating: "\"AAAA\"", count: 5).joined(separator: ",")
      let json = #"{"inputs":[{"name":"pixels","shape":[5],"datatype":"BYTES","data":[\#(data)]}]}"#
      let reply = try await server.infer(json)
      #expect(reply.status == 413)
      #expect(reply.error.contains("at most 4"))
    }
  }

  @Test func `what images become counts among the bodies`() async throws {
    var options = ServerOptions()
    // The body is smaller, two samples of two numbers are not.
    options.limits.maxBodies = 90
    try await withServer(options: options) { server async throws in
      let json =
        #"{"inputs":[{"name":"pixels","shape":[2],"datatype":"BYTES","data":["AAAA","AAAA"]}]}"#
      let reply = try await server.infer(json)
      #expect(reply.status == 503)
      // It is given back.
      #expect(try await server.infer(TestServer.json(1, 2)).status == 200)
    }
  }
}
