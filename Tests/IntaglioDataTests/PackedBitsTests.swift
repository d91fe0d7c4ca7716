import IntaglioData
import Testing

@Suite("Packed codes")
struct PackedBitsTests {
  @Test("unpack to what was packed", arguments: 1...16, [true, false])
  func roundTrip(bits: Int, isSigned: Bool) throws {
    let packed = try PackedBits(bits: bits, isSigned: isSigned)
    let range = packed.range
    for count in [0, 1, 2, 3, 7, 8, 9, 64, 1001] {
      let codes = (0..<count).map { index in
        index < 2
          ? [range.lowerBound, range.upperBound][index]
          : range.lowerBound + index * 7919 % range.count
      }
      let bytes = try packed.pack(codes)
      #expect(bytes.count == packed.byteCount(of: count))
      #expect(try packed.unpack(bytes, count: count) == codes)
    }
  }

  @Test("lie in a little-endian bit stream")
  func layout() throws {
    // 001, 010, 111 and 100 from the lowest bit up: 0b11_010_001, 0b100_1.
    #expect(try PackedBits(bits: 3, isSigned: true).pack([1, 2, -1, -4]) == [0xD1, 0x09])
    #expect(try PackedBits(bits: 16, isSigned: false).pack([0xABCD]) == [0xCD, 0xAB])
  }

  @Test("take b bits each")
  func size() throws {
    #expect(try PackedBits(bits: 3, isSigned: true).byteCount(of: 1000) == 375)
  }

  @Test("out of range are refused, and so is a width out of range")
  func refuses() throws {
    for bits in [-1, 0, 17, 64] {
      #expect(throws: DataError.self) { try PackedBits(bits: bits, isSigned: true) }
    }
    let signed = try PackedBits(bits: 3, isSigned: true)
    #expect(throws: DataError.invalid(what: "code 1", expected: "one in -4...3", found: "4")) {
      try signed.pack([0, 4])
    }
    #expect(throws: DataError.self) { try signed.pack([-5]) }
    #expect(throws: DataError.self) { try PackedBits(bits: 3, isSigned: false).pack([-1]) }
  }

  @Test(
    "that do not fill their bytes exactly are refused",
    arguments: [(2, 1), (2, 9), (0, -1), (1, 0), (0, 1), (1, .max), (1, .min)]
  )
  func refusesCount(bytes: Int, count: Int) throws {
    let packed = try PackedBits(bits: 3, isSigned: false)
    #expect(throws: DataError.self) {
      try packed.unpack([UInt8](repeating: 0, count: bytes), count: count)
    }
  }

  @Test("followed by set bits are refused")
  func refusesTail() throws {
    let packed = try PackedBits(bits: 3, isSigned: false)
    #expect(throws: DataError.self) { try packed.unpack([0b0000_1000], count: 1) }
    #expect(throws: DataError.self) { try packed.unpack([0b1000_0000], count: 2) }
  }
}
