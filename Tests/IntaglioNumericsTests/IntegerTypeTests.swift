import IntaglioNumerics
import Testing

@Suite("IntegerType")
struct IntegerTypeTests {
  @Test("ranges are those of two's complement")
  func ranges() {
    #expect(IntegerType.i(3).range == -4...3)
    #expect(IntegerType.u(3).range == 0...7)
    #expect(IntegerType.i(1).range == -1...0)
    #expect(IntegerType.i32.range == Int(Int32.min)...Int(Int32.max))
    #expect(IntegerType.u(32).range == 0...Int(UInt32.max))
  }

  @Test("names read back as the type they name")
  func names() {
    for bits in 1...32 {
      for signed in [false, true] {
        let type = IntegerType(bits: bits, signed: signed)
        #expect(IntegerType(type.description) == type)
      }
    }
    for bad in ["", "i", "i0", "u33", "f32", "3", "i-1"] { #expect(IntegerType(bad) == nil) }
  }

  @Test("the narrowest type that holds a range")
  func holding() {
    #expect(IntegerType(holding: 0...7) == .u(3))
    #expect(IntegerType(holding: -4...3) == .i(3))
    #expect(IntegerType(holding: -5...3) == .i(4))
    #expect(IntegerType(holding: 0...0) == .u(1))
    #expect(IntegerType(holding: 0...(1 << 40)) == nil)
  }
}
