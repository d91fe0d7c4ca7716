import Intaglio
import Testing

@Suite("Ranking")
struct RankingTests {
  @Test("of equal logits the lower class comes first")
  func ties() {
    #expect(Ranking.top(3, of: [1, 5, 5, 0]).map(\.index) == [1, 2, 0])
    #expect(Ranking.top(2, of: [.nan, 1]).map(\.index) == [1, 0])
    #expect(Ranking.top(5, of: []).isEmpty)
  }

  @Test("probabilities are a softmax")
  func probabilities() {
    let top = Ranking.top(2, of: [0, 0])
    #expect(top.map(\.probability) == [0.5, 0.5])
  }
}
