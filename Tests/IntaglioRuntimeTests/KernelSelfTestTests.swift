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
}
