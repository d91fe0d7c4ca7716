import IntaglioData
import Testing

@Suite("CRC-32")
struct CRC32Tests {
  @Test("of '123456789' is the check value of the standard")
  func checkValue() {
    #expect(CRC32(of: Array("123456789".utf8)).value == 0xCBF4_3926)
  }

  @Test("of pieces is the CRC of the whole, empty pieces included")
  func pieces() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var pieces = CRC32()
    pieces.update([UInt8]().span.bytes)
    pieces.update(Array(bytes[..<17]).span.bytes)
    pieces.update([UInt8]().span.bytes)
    pieces.update(Array(bytes[17...]).span.bytes)
    #expect(pieces == CRC32(of: bytes))
    #expect(CRC32(of: []).value == 0)
  }
}
