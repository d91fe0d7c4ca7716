import IntaglioRuntime
import Testing

@Suite("Kernel self-test")
struct KernelSelfTestTests {
  @Test("every kernel gives the expected results", arguments: [1, 2, 3] as [UInt64])
  func everyKernelPasses(seed: UInt64) {
    for check in KernelSelfTest.run(seed: seed) {
      #expect(check.passed, "\(check)")
    }
  }

  @Test("no kernel reads or writes beyond its operands")
  func everyKernelKeepsToItsOperands() {
    for check in KernelSelfTest.run(seed: 4, placement: .inaccessiblePage) {
      #expect(check.passed, "\(check)")
    }
  }

  @Test("every kernel in the lists is checked exactly once")
  func everyKernelIsChecked() {
    let names = KernelSelfTest.run(instructionSets: [.scalar]).map(\.kernel)
    #expect(Set(names).count == names.count)
    #expect(names.count == 1 + 2 + 3 + 2 + 6 + 3 + 10 + 8 + 3 + 1 + 2 + 1 + 2 + 1)
    #expect(names.allSatisfy { $0.hasSuffix("__scalar") })
  }

  @Test("cases for other machines are there of every scalar kernel, records without a gap")
  func everyKernelIsRecorded() throws {
    let file = KernelSelfTest.cases()
    func number(at place: Int) -> Int {
      file[place..<place + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    #expect(String(decoding: file.prefix(8), as: UTF8.self) == "INTAGLIO" && number(at: 8) == 1)
    var (place, count) = (16, 0)
    var found: Set<String> = []
    while place + 4 < file.count {
      let name = file[(place + 5)...].prefix(Int(file[place + 4]))
      found.insert(String(decoding: name, as: UTF8.self))
      (place, count) = (place + 4 + number(at: place), count + 1)
    }
    #expect(place == file.count && count == number(at: 12))
    // Multiplications pack B in a call of its own.
    let expected = KernelSelfTest.run(instructionSets: [.scalar]).flatMap { check in
      check.kernel.hasPrefix("intaglio_gemm_")
        ? ["intaglio_gemm_pack", "intaglio_gemm_run"]
        : [check.kernel.replacing("__scalar", with: "")]
    }
    #expect(found == Set(expected))
  }
}
