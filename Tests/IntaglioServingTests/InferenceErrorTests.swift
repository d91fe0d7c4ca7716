import IntaglioServing
import NIOCore
import Testing

@Suite struct InferenceErrorTests {
  private static let input = #""name":"pixels","shape":[1,1,2],"datatype":"FP32""#

  @Test(arguments: [
    ("", "no JSON"), ("[]", "expected '{'"), ("{}", "no inputs"), ("{", "expected a string"),
    (#"{"inputs":[]}"#, "no inputs"), (#"{"inputs":[{}]}"#, "no name"),
    (#"{"inputs":[{"name":"pixels"}]}"#, "no datatype"),
    (#"{"inputs":[{"name":"pixels","datatype":"FP32"}]}"#, "no shape"),
    (#"{"inputs":[{"name":"pixels","datatype":"BF16","shape":[1]}]}"#, "unknown datatype 'BF16'"),
    (#"{"inputs":[{\#(input)}]}"#, "neither data"),
    (#"{"inputs":[{\#(input),"data":[1,NaN]}]}"#, "expected a number"),
    (#"{"inputs":[{\#(input),"data":[1,1e999]}]}"#, "beyond FP32"),
    (#"{"inputs":[{\#(input),"data":[1,01]}]}"#, "malformed"),
    (#"{"inputs":[{\#(input),"data":[1,2,3]}]}"#, "more than the 2"),
    (#"{"inputs":[{\#(input),"data":[1]}]}"#, "expected 2 numbers"),
    (#"{"inputs":[{\#(input),"data":[[[1],[2]]]}]}"#, "on axis"),
    (#"{"inputs":[{\#(input),"data":[[[[1,2]]]]}]}"#, "deeper than"),
    (#"{"inputs":[{\#(input),"data":[[1,2]]}]}"#, "flatter than"),
    (#"{"inputs":[{\#(input),"data":["1","2"]}]}"#, "expected a number"),
    (#"{"inputs":[{\#(input),"data":[1,2]},{\#(input),"data":[1,2]}]}"#, "one input"),
    (#"{"inputs":[{"name":"x","shape":[1,1,2],"datatype":"FP32","data":[1,2]}]}"#, "'x'"),
    (#"{"inputs":[{"name":"pixels","shape":[1,2],"datatype":"FP32","data":[1,2]}]}"#, "[n, 1, 2]"),
    (
      #"{"inputs":[{"name":"pixels","shape":[2,1,1],"datatype":"FP32","data":[1,2]}]}"#, "[n, 1, 2]"
    ),
    (#"{"inputs":[{"name":"pixels","shape":[0,1,2],"datatype":"FP32","data":[]}]}"#, "at least 1"),
    (
      #"{"inputs":[{"name":"pixels","shape":[-1,1,2],"datatype":"FP32","data":[1,2]}]}"#, "negative"
    ),
    (
      #"{"inputs":[{"name":"pixels","shape":[4294967296,4294967296,2],"datatype":"FP32","data":[1]}]}"#,
      "more elements"
    ),
    (#"{"inputs":[{"name":"pixels","shape":[1,1,2],"datatype":"UINT8","data":[1,2]}]}"#, "UINT8"),
    (
      #"{"inputs":[{"name":"pixels","shape":[1,1,2],"datatype":"FP16","data":[1,2]}]}"#,
      "no JSON form"
    ),
    (#"{"inputs":[{"name":"pixels","shape":[1],"datatype":"BYTES","data":["*"]}]}"#, "no base64"),
    (
      #"{"inputs":[{"name":"pixels","shape":[1],"datatype":"BYTES","data":["ISEh","ISEh"]}]}"#,
      "strings"
    ),
    (#"{"inputs":[{"name":"pixels","shape":[1],"datatype":"BYTES","data":["AAAA"]}]}"#, "image 0"),
    (#"{"inputs":[{\#(input),"data":[1,2]}]}x"#, "expected the end"),
    (#"{"inputs":[{\#(input),"data":[1,2]}],"outputs":[{"name":"probabilities"}]}"#, "no output"),
    (
      #"{"inputs":[{\#(input),"data":[1,2]}],"outputs":[{"name":"logits","parameters":{"classification":0}}]}"#,
      "below 1"
    ),
  ])
  func `a malformed request is 400 with what is wrong`(json: String, part: String) async throws {
    try await withServer { server async throws in
      let reply = try await server.infer(json)
      #expect(reply.status == 400)
      #expect(reply.error.contains(part), "\(reply.error)")
      #expect(!reply.error.contains("\n"))
      #expect(try await server.infer(TestServer.json(1, 2)).status == 200)
    }
  }

  @Test(
    arguments: [
      (8, 8, nil, 200, ""), (4, 4, nil, 400, "takes 8 bytes"), (0, 0, nil, 400, "takes 8 bytes"),
      (16, 8, nil, 400, "bytes are left"), (8, 12, nil, 400, "belong to no input"),
      (-8, 8, nil, 400, "bytes are left"), (8, 8, 100_000, 400, "the body has"),
      (8, 8, -1, 400, "the bytes of the JSON"), (8, 8, 0, 400, "no JSON"),
      (8, 8, 20, 400, "malformed"),
    ] as [(Int, Int, Int?, Int, String)]
  )
  func `sizes that do not fit are 400`(
    size: Int,
    sent: Int,
    header: Int?,
    status: Int,
    part: String
  ) async throws {
    try await withServer { server async throws in
      let json = #"{"inputs":[{\#(Self.input),"parameters":{"binary_data_size":\#(size)}}]}"#
      let tail = [UInt8](repeating: 0, count: sent)
      let reply = try await server.inferBinary(json, tail: tail, length: header)
      #expect(reply.status == status)
      #expect(reply.error.contains(part), "\(reply.error)")
    }
  }

  @Test func `binary tensors without the header are 400`() async throws {
    try await withServer { server async throws in
      let json = #"{"inputs":[{\#(Self.input),"parameters":{"binary_data_size":8}}]}"#
      let reply = try await server.infer(json)
      #expect(reply.status == 400)
      #expect(reply.error.contains("Inference-Header-Content-Length"))
    }
  }

  @Test(
    arguments: [
      [], [1], [9, 0, 0, 0, 33], [255, 255, 255, 255, 33], [1, 0, 0, 0, 33, 1, 0, 0, 0, 33],
    ] as [[UInt8]]
  )
  func `BYTES that do not add up are 400`(tail: [UInt8]) async throws {
    try await withServer { server async throws in
      let head = #""name":"pixels","shape":[1],"datatype":"BYTES""#
      let json = #"{"inputs":[{\#(head),"parameters":{"binary_data_size":\#(tail.count)}}]}"#
      #expect(try await server.inferBinary(json, tail: tail).status == 400)
    }
  }

  @Test func `bodies of other types and codings are 415`() async throws {
    try await withServer { server async throws in
      let form = [("Content-Type", "application/x-www-form-urlencoded")]
      #expect(try await server.infer("{}", form).status == 415)
      #expect(try await server.infer("{}", [("Content-Encoding", "br")]).status == 415)
    }
  }

  @Test func `a compressed body that is cut, damaged or a bomb is refused`() async throws {
    var options = ServerOptions()
    options.limits.maxBody = 100_000
    try await withServer(options: options) { server async throws in
      func infer(_ body: [UInt8]) async throws -> Int {
        try await server.ask(
          "POST",
          "/v2/models/fake/infer",
          [("Content-Encoding", "gzip")],
          body: body
        )
        .status
      }
      let good = try #require(Compression.gzip.deflated(.init(string: TestServer.json(1, 2))))
      let bytes = Array(good.readableBytesView)
      #expect(try await infer(bytes) == 200)
      #expect(try await infer(bytes.dropLast()) == 400)
      #expect(try await infer(Array("{}".utf8)) == 400)
      let zeros = [UInt8](repeating: 0x20, count: 10_000_000)
      let bomb = try #require(Compression.gzip.deflated(.init(bytes: zeros)))
      #expect(bomb.readableBytes < 100_000)
      #expect(try await infer(Array(bomb.readableBytesView)) == 413)
    }
  }

  @Test func `a model that fails is 500, and the next request is answered`() async throws {
    try await withServer { server async throws in
      #expect(try await server.infer(TestServer.json(666, 2)).status == 500)
      #expect(try await server.infer(TestServer.json(1, 2)).status == 200)
    }
  }

  @Test func `a token is asked for where the server has one`() async throws {
    var options = ServerOptions()
    options.token = BearerToken(" secret\n")
    try await withServer(options: options) { server async throws in
      let refused = try await server.get("/v2")
      #expect(refused.status == 401)
      #expect(refused.headers["www-authenticate"] == "Bearer")
      for wrong in ["Bearer secre", "Bearer secrett", "Basic secret", "secret", "Bearer "] {
        #expect(try await server.get("/v2", [("Authorization", wrong)]).status == 401)
      }
      #expect(try await server.get("/v2", [("Authorization", "Bearer secret")]).status == 200)
      #expect(try await server.get("/metrics").status == 401)
      #expect(try await server.get("/v2/health/ready").status == 200)
    }
  }
}
