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
}
