import CoreMetrics
import IntaglioServing
import Testing

@Suite struct MetricsTests {
  @Test func `requests, batches and saturations are counted`() async throws {
    try await withServer { server async throws in
      for _ in 0..<3 { _ = try await server.infer(TestServer.json(1, 2)) }
      _ = try await server.infer("{}")
      _ = try await server.get("/v2/models/unknown")
      let reply = try await server.get("/metrics")
      #expect(reply.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
      for line in [
        #"intaglio_requests_total{model="fake",status="200"} 3"#,
        #"intaglio_requests_total{model="fake",status="400"} 1"#,
        #"intaglio_requests_total{model="",status="404"} 1"#,
        #"intaglio_images_total{model="fake"} 3"#,
        #"intaglio_saturations_total{model="fake",stream="stream.0"} 3"#,
        #"intaglio_queue_samples{model="fake"} 0"#,
        #"intaglio_request_seconds_count{model="fake"} 4"#,
        #"intaglio_queue_seconds_count{model="fake"} 3"#,
        #"intaglio_engine_seconds_count{model="fake"} 3"#,
        #"intaglio_batch_samples_bucket{model="fake",le="1"} 3"#,
      ] {
        #expect(reply.text.contains(line + "\n"), "\(line)")
      }
      // What was counted is not counted again.
      #expect(try await server.get("/metrics").text.contains(#"stream="stream.0"} 3"#))
    }
  }

  @Test func `every family has one type and its buckets grow`() async throws {
    let registry = PrometheusRegistry(help: ["b_seconds": "Times."])
    let timer = registry.makeTimer(label: "b.seconds", dimensions: [("x", "a\"\\\n")])
    for time in [1, 200_000, 20_000_000_000] { timer.recordNanoseconds(Int64(time)) }
    registry.makeCounter(label: "a", dimensions: []).increment(by: Int64(2))
    let text = registry.text
    #expect(
      text.hasPrefix("# TYPE a counter\na 2\n# HELP b_seconds Times.\n# TYPE b_seconds histogram\n")
    )
    #expect(text.contains(#"b_seconds_bucket{x="a\"\\\n",le="0.0001"} 1"#))
    #expect(text.contains(#"le="0.00025"} 2"#))
    #expect(text.contains(#"le="+Inf"} 3"#))
  }
}
