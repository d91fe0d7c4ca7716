import Foundation
import IntaglioServing
import NIOCore
import Testing

@Suite struct ConnectionTests {
  private static func options(_ change: (inout ConnectionLimits) -> Void) -> ServerOptions {
    var options = ServerOptions()
    change(&options.limits)
    return options
  }

  @Test func `a body that says it is too large is refused before it is sent`() async throws {
    try await withServer(options: Self.options { $0.maxBody = 1000 }) { server async throws in
      let wire = try Wire(port: server.port)
      wire.send(
        TestServer.request("POST", "/v2/models/fake/infer", [("Content-Length", "1001")])
      )
      let reply = try #require(try await wire.reply())
      #expect(reply.status == 413)
      #expect(reply.error.contains("1000 bytes"))
      #expect(reply.headers["connection"] == "close")
      #expect(try await wire.reply() == nil)
    }
  }

  @Test func `a client that sends a large body to its end reads that it is too large`() async throws
  {
    try await withServer(options: Self.options { $0.maxBody = 1000 }) { server async throws in
      let body = [UInt8](repeating: 0x20, count: 3_000_000)
      let reply = try await server.ask("POST", "/v2/models/fake/infer", body: body)
      #expect(reply.status == 413)
    }
  }

  @Test func `a body in chunks is bounded, too`() async throws {
    try await withServer(options: Self.options { $0.maxBody = 1000 }) { server async throws in
      let head =
        "POST /v2/models/fake/infer HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      let json = TestServer.json(1, 2)
      let small = try Wire(port: server.port)
      small.send(head + "\(String(json.utf8.count, radix: 16))\r\n\(json)\r\n0\r\n\r\n")
      #expect(try await small.reply()?.data == [3, -1, 7])
      let large = try Wire(port: server.port)
      large.send(head)
      for _ in 0..<3 { large.send("200\r\n" + String(repeating: " ", count: 512) + "\r\n") }
      #expect(try await large.reply()?.status == 413)
    }
  }

  @Test func `bodies of all clients together are bounded`() async throws {
    try await withServer(options: Self.options { $0.maxBodies = 100 }) { server async throws in
      let reply = try await server.infer(TestServer.json(1, 2) + String(repeating: " ", count: 100))
      #expect(reply.status == 503)
      #expect(reply.headers["retry-after"] == "1")
      // What was taken is given back, again and again.
      for _ in 0..<5 { #expect(try await server.infer(TestServer.json(1, 2)).status == 200) }
    }
  }

  @Test func `a client that waits for leave to send gets it`() async throws {
    try await withServer { server async throws in
      let wire = try Wire(port: server.port)
      let json = TestServer.json(1, 2)
      wire.send(
        TestServer.request(
          "POST",
          "/v2/models/fake/infer",
          [("Expect", "100-continue"), ("Content-Length", "\(json.utf8.count)")]
        )
      )
      wire.send(json)
      #expect(try await wire.reply()?.data == [3, -1, 7])
    }
  }

  @Test func `a body that is slow is 408, a head that is slow and a silent client are cut off`()
    async throws
  {
    let options = Self.options {
      ($0.readTimeout, $0.idleTimeout) = (.milliseconds(200), .milliseconds(200))
    }
    try await withServer(options: options) { server async throws in
      let body = try Wire(port: server.port)
      body.send(TestServer.request("POST", "/v2/models/fake/infer", [("Content-Length", "100")]))
      body.send("{")
      let reply = try #require(try await body.reply())
      #expect(reply.status == 408)
      #expect(reply.headers["connection"] == "close")
      let head = try Wire(port: server.port)
      head.send("GET /v2 HT")
      #expect(try await head.reply() == nil)
      let silent = try Wire(port: server.port)
      #expect(try await silent.reply() == nil)
      let idle = try Wire(port: server.port)
      idle.send(TestServer.request("GET", "/v2"))
      #expect(try await idle.reply()?.status == 200)
      #expect(try await idle.reply() == nil)
      #expect(try await server.get("/v2").status == 200)
    }
  }

  @Test func `requests that are sent at once are answered in their order`() async throws {
    try await withServer { server async throws in
      let wire = try Wire(port: server.port)
      let paths = ["/v2", "/nix", "/v2/health/live", "/v2/models/fake"]
      wire.send(paths.flatMap { TestServer.request("GET", $0) })
      var statuses: [Int?] = []
      for _ in paths { statuses.append(try await wire.reply()?.status) }
      #expect(statuses == [200, 404, 200, 200])
    }
  }

  @Test func `a client cannot say that the server refused`() async throws {
    try await withServer { server async throws in
      let reply = try await server.get("/v2", [("Intaglio-Refusal", "too-large")])
      #expect(reply.status == 200)
    }
  }

  @Test func `a server that is overloaded sheds, and answers what it took`() async throws {
    let model = FakeModel(gate: Gate(isOpen: false))
    let limits = BatchLimits(maxBatch: 1, maxDelayMilliseconds: 0, queue: 3)
    try await withServer(model, limits: limits) { server async throws in
      try await withThrowingTaskGroup(of: Reply.self) { group in
        group.addTask { try await server.infer(TestServer.json(1, 2)) }
        #expect(try await eventually { model.gate.count == 1 })
        for _ in 0..<10 { group.addTask { try await server.infer(TestServer.json(1, 2)) } }
        // Seven find the queue full.
        for _ in 0..<7 {
          let reply = try #require(try await group.next())
          #expect(reply.status == 429)
          #expect(reply.headers["retry-after"] == "1")
          #expect(reply.error.contains("full"))
        }
        model.gate.open()
        for try await reply in group { #expect(reply.data == [3, -1, 7]) }
      }
    }
  }

  @Test func `a server that stops answers all that it took, and takes nothing new`() async throws {
    let model = FakeModel(gate: Gate(isOpen: false))
    let limits = BatchLimits(maxBatch: 1, maxDelayMilliseconds: 0)
    try await withServer(model, limits: limits) { server async throws in
      let idle = try Wire(port: server.port)
      idle.send(TestServer.request("GET", "/v2"))
      #expect(try await idle.reply()?.status == 200)
      try await withThrowingTaskGroup(of: Reply.self) { group in
        for _ in 0..<6 { group.addTask { try await server.infer(TestServer.json(1, 2)) } }
        #expect(try await eventually { model.gate.count == 1 })
        #expect(
          try await eventually { try server.registry.pool("fake").queue.depth == 5 }
        )
        await server.server.stop()
        // The silent connection ends; the port is closed.
        #expect(try await idle.reply() == nil)
        #expect(try await eventually { (try? Wire(port: server.port)) == nil })
        model.gate.open()
        for try await reply in group {
          #expect(reply.data == [3, -1, 7])
          #expect(reply.headers["connection"] == "close")
        }
      }
    }
  }
}
