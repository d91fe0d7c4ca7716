import IntaglioData
import Testing

@Suite("XXH3")
struct XXH3Tests {
  @Test("has the values of its specification")
  func knownValues() {
    #expect(XXH3(of: "").text == "99aa06d3014798d86001c324468d497f")
  }

  @Test("every bit of the bytes counts, and so does their number", arguments: [1, 17, 200, 5000])
  func everyBit(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let sum = XXH3(of: bytes.span.bytes)
    #expect(sum == XXH3(of: bytes.span.bytes))
    for bit in 0..<8 * count {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(XXH3(of: changed.span.bytes) != sum)
    }
    #expect(XXH3(of: (bytes + [0]).span.bytes) != sum)
    #expect(sum.text.utf8.count == 32)
  }
}
