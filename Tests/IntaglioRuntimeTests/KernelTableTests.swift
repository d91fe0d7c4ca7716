import IntaglioRuntime
import Testing

@Suite("Kernel table")
struct KernelTableTests {
  @Test("the scalar kernel is always there and is the only one below a scalar limit")
  func scalarLimit() {
    let table = KernelTable(limit: .scalar)
    #expect(table.gemms.map(\.instructionSet) == [.scalar])
    #expect(table.normalize.instructionSet == .scalar)
    #expect(table.gemm().name == "intaglio_gemm_u8s8_1x1__scalar")
  }

  @Test(
    "no kernel is beyond the limit; multiplications reach it, other families the last with all",
    arguments: InstructionSet.supported
  )
  func limit(_ limit: InstructionSet) {
    let table = KernelTable(limit: limit)
    #expect(table.gemms.allSatisfy { $0.instructionSet.isSubset(of: limit) })
    #expect(table.gemms.last?.instructionSet == limit)
    let families = [
      table.weights.instructionSet, table.convert.instructionSet, table.requantize.instructionSet,
      table.dequantize.instructionSet, table.quantize.instructionSet,
      table.unary.instructionSet, table.binary.instructionSet, table.normalize.instructionSet,
      table.scaledSum.instructionSet,
      table.integerNormalize.instructionSet, table.integerSoftmax.instructionSet,
    ]
    let complete = ["scalar", "avx2", "avx512vnni", "neon"].compactMap(InstructionSet.init(named:))
    #expect(families.allSatisfy { $0 == complete.last { $0.isSubset(of: limit) } })
    #expect(families.allSatisfy { $0 == table.instructionSet })
    // Lookups by cells take permutations of bytes, or do not pay.
    let permutesBytes = "\(limit)" == "avx512vbmi"
    #expect(table.lookup.instructionSet == (permutesBytes ? limit : table.instructionSet))
    #expect(table.lookup.cellsInstructionSet == (permutesBytes ? limit : .scalar))
    #expect(table.lookup.prefersSegments == permutesBytes)
  }

  @Test(
    "a multiplication with 16-bit sums is chosen only where as many pairs as it adds up fit",
    .enabled(if: InstructionSet(named: "avx2")?.isSupported == true)
  )
  func pairs() throws {
    let table = KernelTable(limit: try #require(InstructionSet(named: "avx2")))
    func name(_ largestA: Int, _ largestMagnitudeB: Int) -> String {
      table.gemm(largestA: largestA, largestMagnitudeB: largestMagnitudeB).name
    }
    for (a, b) in [(7, 4), (15, 8), (31, 8), (255, 1)] {
      #expect(name(a, b) == "intaglio_gemm_u8s8sums64_6x16__avx2", "\(a), \(b)")
    }
    for (a, b) in [(32, 8), (63, 32), (255, 8)] {
      #expect(name(a, b) == "intaglio_gemm_u8s8sums8_6x16__avx2", "\(a), \(b)")
    }
    for (a, b) in [(64, 32), (127, 128), (255, 64)] {
      #expect(name(a, b) == "intaglio_gemm_u8s8pairs_6x16__avx2", "\(a), \(b)")
    }
    for (a, b) in [(255, 65), (128, 128), (255, 128)] {
      #expect(name(a, b) == "intaglio_gemm_u8s8_3x16__avx2", "\(a), \(b)")
    }
  }

  @Test(
    "a multiplication by lookups is chosen only where it pays and every operand is in its tables",
    .enabled(if: InstructionSet(named: "avx512vbmi")?.isSupported == true)
  )
  func lookups() throws {
    let table = KernelTable()
    let three = try #require(table.gemm(named: "intaglio_gemm_u3s3_8x64__avx512vbmi"))
    let two = try #require(table.gemm(named: "intaglio_gemm_u2s2_8x64__avx512vbmi"))
    let eight = "intaglio_gemm_u8s8_6x64__avx512vnni"
    #expect(three.isPreferred == two.isPreferred)
    #expect(
      table.gemm(largestA: 7, rangeB: -4...3).name == (three.isPreferred ? three.name : eight)
    )
    #expect(table.gemm(largestA: 3, rangeB: -2...1).name == (two.isPreferred ? two.name : eight))
    #expect(
      table.gemm(largestA: 3, rangeB: -2...2).name == (three.isPreferred ? three.name : eight)
    )
    #expect(table.gemm(largestA: 8, rangeB: -4...3).name == eight)
    #expect(table.gemm(largestA: 7, rangeB: -5...3).name == eight)
    #expect(table.gemm(largestA: 7, rangeB: -4...4).name == eight)
    #expect(table.gemm(largestA: 7, largestMagnitudeB: 4).name == eight)
    let plain = KernelTable(limit: try #require(InstructionSet(named: "avx512vnni")))
    #expect(plain.gemm(largestA: 3, rangeB: -2...1).name == eight)
  }

  @Test("a multiplication is found by its name and not beyond the limit")
  func byName() {
    let scalar = KernelTable(limit: .scalar)
    #expect(scalar.gemm(named: "intaglio_gemm_u8s8_1x1__scalar")?.tile.depth == 1)
    #expect(scalar.gemm(named: "intaglio_gemm_u8s8_6x64__avx512vnni") == nil)
  }
}
