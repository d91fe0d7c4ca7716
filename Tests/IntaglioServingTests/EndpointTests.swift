import IntaglioServing
import Testing

@Suite struct EndpointTests {
  @Test func `the server and its models describe themselves as the protocol says`() async throws {
    try await withServer { server async throws in
      let about = try await server.get("/v2")
      #expect(about.status == 200)
      #expect(about.json["name"] as? String == "intaglio")
      #expect((about.json["extensions"] as? [String])?.contains("binary_tensor_data") == true)
      for path in ["/v2/models/fake", "/v2/models/fake/versions/1"] {
        let model = try await server.get(path)
        #expect(model.status == 200)
        #expect(model.json["platform"] as? String == "intaglio_fake")
        #expect(model.object("inputs")["shape"] as? [Int] == [-1, 1, 2])
        #expect(model.object("inputs")["datatype"] as? String == "FP32")
        #expect(model.object("outputs")["name"] as? String == "logits")
        #expect(model.object("outputs")["shape"] as? [Int] == [-1, 3])
        #expect(model.json["versions"] == nil)
      }
    }
  }

  @Test func `a server with open models is live and ready`() async throws {
    try await withServer { server async throws in
      #expect(try await server.get("/v2/health/live").text == #"{"live":true}"#)
      #expect(try await server.get("/v2/health/ready").text == #"{"ready":true}"#)
      let model = try await server.get("/v2/models/fake/ready")
      #expect(model.text == #"{"name":"fake","ready":true}"#)
    }
  }

  @Test func `a server is live but not ready before its models are open`() async throws {
    let gate = Gate(isOpen: false)
    let open: ModelRegistry.Open = { _ in
      gate.pass()
      return FakeModel()
    }
    try await withServer(open: open) { server async throws in
      #expect(try await server.get("/v2/health/live").status == 200)
      #expect(try await server.get("/v2/health/ready").status == 400)
      #expect(try await server.get("/v2/models/fake/ready").status == 400)
      let early = try await server.infer(TestServer.json(1, 2))
      #expect(early.status == 503)
      #expect(early.headers["retry-after"] == "1")
      gate.open()
      #expect(try await eventually { server.registry.isReady })
      #expect(try await server.get("/v2/health/ready").status == 200)
    }
  }

  @Test func `a model that cannot be opened ends the server with its error`() async throws {
    await #expect(throws: SampleError.self) {
      try await withServer(open: { _ in throw SampleError("broken") }) { server async throws in
        _ = try await eventually { (try? Wire(port: server.port)) == nil }
      }
    }
  }

  @Test(arguments: [
    "/v2/models/other", "/v2/models/other/ready", "/v2/models/fake/versions/2", "/v3", "/v2/nix",
    "/v2/models/%27%0A", "/v2/models/fake/infer",
  ])
  func `what is not there is 404 with an error in JSON`(path: String) async throws {
    try await withServer { server async throws in
      let reply = try await server.get(path)
      #expect(reply.status == 404)
      #expect(!reply.error.isEmpty)
      #expect(!reply.error.contains("\n"))
    }
  }

  @Test func `the index of the repository lists the models`() async throws {
    try await withServer { server async throws in
      let reply = try await server.ask("POST", "/v2/repository/index")
      #expect(reply.text == #"[{"name":"fake","state":"READY"}]"#)
    }
  }

  @Test func `a sane request id is repeated, another is replaced`() async throws {
    try await withServer { server async throws in
      let own = try await server.get("/v2", [("X-Request-Id", "a-1")])
      #expect(own.headers["x-request-id"] == "a-1")
      let foreign = try await server.get("/v2", [("X-Request-Id", "a b\"")])
      #expect(foreign.headers["x-request-id"]?.count == 16)
    }
  }

  @Test func `the page is one document that takes nothing from elsewhere`() async throws {
    try await withServer { server async throws in
      let page = try await server.get("/")
      #expect(page.status == 200)
      #expect(page.headers["content-type"] == "text/html; charset=utf-8")
      #expect(!page.text.contains("http://") && !page.text.contains("https://"))
      #expect(page.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
      #expect(page.body.count < 20_000)
      let models = try await server.get("/v2/models")
      #expect(models.text.contains(#""facts":[["arithmetic","integer-only"]]"#))
      #expect(models.text.contains(#""class_names":["sum","difference","bias"]"#))
    }
  }
}
