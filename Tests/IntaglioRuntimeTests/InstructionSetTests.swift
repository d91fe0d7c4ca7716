import IntaglioRuntime
import Testing

@Suite("Instruction sets")
struct InstructionSetTests {
  @Test("every listed set is found by its name, which no other has, and no two are equal")
  func names() {
    let listed = InstructionSet.listed
    #expect(listed.first == .scalar && "\(InstructionSet.scalar)" == "scalar")
    #expect(Set(listed.map(\.description)).count == listed.count)
    #expect(Set(listed).count == listed.count)
    for set in listed { #expect(InstructionSet(named: "\(set)") == set) }
    #expect(InstructionSet(named: "avx") == nil)
    #expect(InstructionSet(named: "") == nil)
    #expect(listed.allSatisfy { $0.isSubset(of: .unlimited) && $0 != .unlimited })
  }

  @Test("sets are sets: some contain others, and neither need be within the other")
  func order() throws {
    func set(_ name: String) throws -> InstructionSet {
      try #require(InstructionSet(named: name))
    }
    for name in ["avx2", "avxvnni", "avx512vnni", "avx512vbmi"] {
      #expect(InstructionSet.scalar.isSubset(of: try set(name)))
      #expect(try set("avx2").isSubset(of: try set(name)))
    }
    #expect(try set("avx512vnni").isStrictSubset(of: try set("avx512vbmi")))
    #expect(try !set("avxvnni").isSubset(of: try set("avx512vbmi")))
    #expect(try !set("avx512vnni").isSubset(of: try set("avxvnni")))
    #expect(try set("neon").isStrictSubset(of: try set("neon_i8mm")))
    #expect(try !set("avx2").isSubset(of: try set("neon_i8mm")))
  }

  @Test("what is within a supported set is supported; everything at once never is")
  func support() {
    #expect(InstructionSet.scalar.isSupported)
    #expect(!InstructionSet.unlimited.isSupported)
    // No machine has features of two architectures.
    let architectures = ["avx2", "neon"].compactMap(InstructionSet.init(named:))
    #expect(architectures.count { $0.isSupported } < 2)
    for set in InstructionSet.supported {
      for other in InstructionSet.listed where other.isSubset(of: set) {
        #expect(other.isSupported, "\(other) is within \(set)")
      }
    }
  }

  @Test("a limit without a name allows what is within it")
  func union() throws {
    let both = try #require(InstructionSet(named: "avxvnni"))
      .union(try #require(InstructionSet(named: "avx512vbmi")))
    #expect("\(both)" == "scalar+avx2+avxvnni+avx512vnni+avx512vbmi")
    let names = KernelTable(limit: both).gemms.map(\.name)
    #expect(names.first == "intaglio_gemm_u8s8_1x1__scalar")
    let all = KernelTable().gemms
    #expect(names == all.filter { $0.instructionSet.isSubset(of: both) }.map(\.name))
  }
}
