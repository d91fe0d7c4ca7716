import IntaglioQuantize
import Testing

@Suite("WidthBudget and WidthCurve")
struct WidthBudgetTests {
  @Test("budgets are read with their units, and nothing else is")
  func reading() {
    #expect(WidthBudget("weights=4.5") == .weights(4.5))
    #expect(WidthBudget("activations=4") == .activations(4))
    #expect(WidthBudget("size=2MB") == .size(2_000_000))
    #expect(WidthBudget("size=1.5MiB") == .size(1_572_864))
    #expect(WidthBudget("bops=20G") == .bitOperations(20_000_000_000))
    for text in [
      "", "weights", "weights=", "weights=9", "weights=1", "weights=nan", "weights=4k", "size=-1",
      "size=0",
      "size=1e30", "drop=1", "bops=inf", "size=2 MB", "=4",
    ] {
      #expect(WidthBudget(text) == nil, "\(text)")
    }
  }

  @Test("a curve goes through what was measured and falls by four with every bit beyond")
  func curve() {
    let curve = WidthCurve([3: 0.08, 4: 0.02, 6: 0.001])
    for (bits, value) in [(3, 0.08), (4, 0.02), (6, 0.001)] {
      #expect(abs(curve[bits] - value) < 1e-12)
    }
    #expect(curve[5] < curve[4] && curve[5] > curve[6])
    #expect(abs(curve[8] - 0.001 / 16) < 1e-12)
    #expect(abs(curve[2] - 0.32) < 1e-12)
    #expect(WidthCurve([:])[4] == 0)
  }
}
