import Foundation
import IntaglioServing
import Testing

@Suite struct ReloadTests {
  /// Opens files that hold a number, the bias.
  private static let open: ModelRegistry.Open = { source in
    let text = try String(contentsOfFile: source, encoding: .utf8)
    guard let bias = Float(text) else { throw SampleError("\(text) is no number") }
    return FakeModel(bias: bias)
  }

  private func withFile(_ body: (_ path: String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("serving-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.appendingPathComponent("model").path)
  }

  private func put(_ text: String, _ path: String) throws {
    try text.write(toFile: path + ".new", atomically: false, encoding: .utf8)
    try #require(rename(path + ".new", path) == 0)
  }

  /// Asks until the model of `bias` answers.
  private func answers(_ bias: Double, _ server: TestServer) async throws -> Bool {
    for _ in 0..<3000 {
      let reply = try await server.infer(TestServer.json(1, 2))
      guard reply.status == 200 else { return false }
      if reply.data.last == bias { return true }
      try await Task.sleep(for: .milliseconds(5))
    }
    return false
  }

  @Test func `a file that is renamed to a model's takes its place, and no request is lost`()
    async throws
  {
    try await withFile { path in
      try put("1", path)
      try await withServer(open: Self.open, source: path) { server async throws in
        #expect(try await eventually { server.registry.isReady })
        #expect(try await answers(1, server))
        for bias in 2...4 {
          try put("\(bias)", path)
          #expect(try await answers(Double(bias), server))
        }
        let metrics = try await server.get("/metrics").text
        #expect(metrics.contains(#"intaglio_reloads_total{model="fake",result="opened"} 3"#))
      }
    }
  }

  @Test func `a file that cannot be opened leaves the old model, until a good one comes`()
    async throws
  {
    try await withFile { path in
      try put("1", path)
      try await withServer(open: Self.open, source: path) { server async throws in
        #expect(try await eventually { server.registry.isReady })
        try put("broken", path)
        let failed = #"intaglio_reloads_total{model="fake",result="failed"} 1"#
        var isSeen = false
        for _ in 0..<3000 where !isSeen {
          isSeen = try await server.get("/metrics").text.contains(failed)
        }
        #expect(isSeen)
        #expect(try await answers(1, server))
        try FileManager.default.removeItem(atPath: path)
        #expect(try await answers(1, server))
        try put("3", path)
        #expect(try await answers(3, server))
      }
    }
  }
}
