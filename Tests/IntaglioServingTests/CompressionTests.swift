import IntaglioProtocol
import IntaglioServing
import NIOCore
import Testing

@Suite struct CompressionTests {
  @Test(arguments: [Compression.gzip, .deflate], [0, 1, 1000, 300_000])
  func `what is compressed comes back`(coding: Compression, size: Int) throws {
    let body = ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) })
    let small = try #require(coding.deflated(body))
    #expect(try coding.inflated(small, limit: size) == body)
    if size > 0 {
      #expect(throws: ServingError.tooLarge(limit: size - 1)) {
        try coding.inflated(small, limit: size - 1)
      }
    }
  }

  @Test(arguments: [Compression.gzip, .deflate])
  func `a stream that is cut anywhere, or goes on, is refused`(coding: Compression) throws {
    let body = ByteBuffer(string: TestServer.json(1, 2))
    let small = Array(try #require(coding.deflated(body)).readableBytesView)
    for end in small.indices {
      #expect(throws: ServingError.self) {
        try coding.inflated(ByteBuffer(bytes: small[..<end]), limit: 10_000)
      }
    }
    #expect(throws: ServingError.self) {
      try coding.inflated(ByteBuffer(bytes: small + [0]), limit: 10_000)
    }
  }
}
