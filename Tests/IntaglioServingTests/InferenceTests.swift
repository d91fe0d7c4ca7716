import Foundation
import IntaglioServing
import IntaglioProtocol
import NIOCore
import Testing

@Suite struct InferenceTests {
  @Test func `numbers in JSON are answered, with the id and the times`() async throws {
    try await withServer { server async throws in
      let reply = try await server.infer(TestServer.json(1, 2, more: #","id":"é\"1""#))
      #expect(reply.status == 200)
      #expect(reply.data == [3, -1, 7])
      #expect(reply.json["id"] as? String == "é\"1")
      #expect(reply.json["model_name"] as? String == "fake")
      #expect(reply.object("outputs")["shape"] as? [Int] == [1, 3])
      let parameters = reply.json["parameters"] as? [String: Int] ?? [:]
      #expect(Set(parameters.keys) == ["queue_us", "engine_us", "batch"])
    }
  }

  @Test(arguments: [
    "[1,2,3,4]", "[[[1,2]],[[3,4]]]", " [ [ [ 1e0 , 2.0 ] ] , [ [ 3 , 4 ] ] ] ", "[1,2,3,40e-1]",
  ])
  func `data may be nested or flat`(data: String) async throws {
    try await withServer { server async throws in
      for type in ["FP32", "FP64"] {
        let reply = try await server.infer(
          #"{"inputs":[{"data":\#(data),"name":"pixels","shape":[2,1,2],"datatype":"\#(type)"}]}"#
        )
        #expect(reply.data == [3, -1, 7, 7, -1, 7])
      }
    }
  }

  @Test func `tensors go both ways in binary form`() async throws {
    try await withServer { server async throws in
      let json = #"""
        {"id":"b","inputs":[{"name":"pixels","shape":[2,1,2],"datatype":"FP32",
        "parameters":{"binary_data_size":16}}],"parameters":{"binary_data_output":true}}
        """#
      let reply = try await server.inferBinary(json, tail: ([0.1, 2, 3, 4] as [Float]).bytes)
      #expect(reply.status == 200)
      let length = try #require(
        reply.headers["inference-header-content-length"].flatMap { Int($0) }
      )
      #expect(Array(reply.body[length...]) == ([2.1, -1.9, 7, 7, -1, 7] as [Float]).bytes)
      #expect(String(decoding: reply.body[..<length], as: UTF8.self).contains(#""id":"b""#))
    }
  }

  @Test func `what an output says of its form wins over the request`() async throws {
    try await withServer { server async throws in
      let outputs = #","outputs":[{"name":"logits","parameters":{"binary_data":false}}]"#
      let more = outputs + #","parameters":{"binary_data_output":true}"#
      let reply = try await server.infer(TestServer.json(1, 2, more: more))
      #expect(reply.data == [3, -1, 7])
      #expect(reply.headers["inference-header-content-length"] == nil)
    }
  }

  @Test(
    arguments: [
      ("FP16", [0x00, 0x3C, 0x00, 0x40]),
      ("FP64", [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0x40]),
    ] as [(String, [UInt8])]
  )
  func `other reals are taken in binary form`(type: String, bytes: [UInt8]) async throws {
    try await withServer { server async throws in
      let json = #"""
        {"inputs":[{"name":"pixels","shape":[1,1,2],"datatype":"\#(type)",
        "parameters":{"binary_data_size":\#(bytes.count)}}]}
        """#
      #expect(try await server.inferBinary(json, tail: bytes).data == [3, -1, 7])
    }
  }

  @Test(arguments: ["INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"])
  func `a model of codes takes whole numbers of any width`(type: String) async throws {
    let size = (Int(type.drop { !$0.isNumber }) ?? 8) / 8
    try await withServer(FakeModel(type: .uint8)) { server async throws in
      let shape = #""name":"pixels","shape":[1,1,2],"datatype":"\#(type)""#
      let json = #"{"inputs":[{\#(shape),"data":[1,2]}]}"#
      #expect(try await server.infer(json).data == [3, -1, 7])
      let rest = [UInt8](repeating: 0, count: size - 1)
      let tail: [UInt8] = [1] + rest + [2] + rest
      let binary = #"{"inputs":[{\#(shape),"parameters":{"binary_data_size":\#(tail.count)}}]}"#
      #expect(try await server.inferBinary(binary, tail: tail).data == [3, -1, 7])
      let real = try await server.infer(TestServer.json(1, 2))
      #expect(real.status == 400 && real.error.contains("FP32"))
    }
  }

  @Test(arguments: ["[2]", "[2,1]"])
  func `images are BYTES, as they are or as base64 in JSON`(shape: String) async throws {
    try await withServer { server async throws in
      let head = #""name":"pixels","shape":\#(shape),"datatype":"BYTES""#
      let images: [[UInt8]] = [[0x21, 5, 3], [0x21, 9, 1]]
      let tail: [UInt8] = images.flatMap { [UInt8($0.count), 0, 0, 0] + $0 }
      let binary = #"{"inputs":[{\#(head),"parameters":{"binary_data_size":\#(tail.count)}}]}"#
      #expect(try await server.inferBinary(binary, tail: tail).data == [8, 2, 7, 10, 8, 7])
      let texts = images.map { "\"\(Data($0).base64EncodedString())\"" }.joined(separator: ",")
      let json = #"{"inputs":[{\#(head),"data":[\#(texts)]}]}"#
      #expect(try await server.infer(json).data == [8, 2, 7, 10, 8, 7])
    }
  }

  @Test func `classes are named on request, the likeliest first`() async throws {
    try await withServer { server async throws in
      let outputs = #","outputs":[{"name":"logits","parameters":{"classification":2}}]"#
      let reply = try await server.infer(TestServer.json(1, 2, more: outputs))
      let output = reply.object("outputs")
      #expect(output["datatype"] as? String == "BYTES")
      #expect(output["shape"] as? [Int] == [1, 2])
      #expect(output["data"] as? [String] == ["7.0:2:bias", "3.0:0:sum"])
    }
  }

  @Test(arguments: ["gzip", "deflate"])
  func `bodies are compressed both ways`(coding: String) async throws {
    let compression = try #require(Compression(rawValue: coding))
    try await withServer { server async throws in
      let numbers = (0..<600).map(String.init).joined(separator: ",")
      let json =
        #"{"inputs":[{"name":"pixels","shape":[300,1,2],"datatype":"FP32","data":[\#(numbers)]}]}"#
      let body = try #require(compression.deflated(.init(string: json)))
      let reply = try await server.ask(
        "POST",
        "/v2/models/fake/infer",
        [("Content-Encoding", coding), ("Accept-Encoding", "br;q=1, \(coding);q=0.5")],
        body: Array(body.readableBytesView)
      )
      #expect(reply.status == 200)
      #expect(reply.headers["content-encoding"] == coding)
      let text = try compression.inflated(.init(bytes: reply.body), limit: 1 << 20)
      let answer = String(buffer: text)
      #expect(answer.contains(#""shape":[300,3]"#))
    }
  }

  @Test func `several requests share a connection`() async throws {
    try await withServer { server async throws in
      let wire = try Wire(port: server.port)
      for number in 0..<5 {
        let json = Array(TestServer.json(Float(number), 1).utf8)
        wire.send(TestServer.request("POST", "/v2/models/fake/infer", body: json))
        #expect(try await wire.reply()?.data.first == Double(number + 1))
      }
    }
  }
}
