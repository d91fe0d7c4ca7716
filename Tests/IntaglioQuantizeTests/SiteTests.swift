import IntaglioGraph
import IntaglioQuantize
import Testing

@Suite("Site: what the centers of keys and values need is looked at")
struct SiteTests {
  /// Scores of three tokens times values, with `change` between softmax and the product, or between the
  /// first product and softmax.
  private func product(
    ofScores before: (inout Graph, Value) throws -> Value = { $1 },
    ofProbabilities after: (inout Graph, Value) throws -> Value = { $1 }
  ) throws -> (scores: Site.Product, weighted: Site.Product) {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [1, 3, 3])))
    let scores = try graph.append(.matmul, x, x)
    let softmax = try graph.append(.softmax, before(&graph, scores))
    graph.addOutput("y", try graph.append(.matmul, after(&graph, softmax), x))
    let found = try graph.sites().compactMap { site -> Site.Product? in
      if case .product(let product) = site.kind { product } else { nil }
    }
    try #require(found.count == 2)
    return (found[0], found[1])
  }

  @Test("rows of probabilities count only where they stay whole rows")
  func probabilities() throws {
    #expect(try product().weighted.softmax != nil)
    let turned = try product(ofProbabilities: { graph, value in
      try graph.append(.layout(.transpose([0, 2, 1])), value)
    })
    #expect(turned.weighted.softmax == nil)
    let joined = try product(ofProbabilities: { graph, value in
      let flat = try graph.append(.layout(.reshape([1, 9])), value)
      return try graph.append(.layout(.reshape([1, 3, 3])), flat)
    })
    #expect(joined.weighted.softmax == nil)
  }

  @Test("what a row has in common vanishes only in softmax over that row")
  func scores() throws {
    #expect(try product().scores.decidesSoftmax)
    let masked = try product(ofScores: { graph, value in
      let mask = try graph.append(
        .constant(Tensor([Float](repeating: 1, count: 9), shape: [3, 3]))
      )
      return try graph.append(.add, value, mask)
    })
    #expect(masked.scores.decidesSoftmax)
    let turned = try product(ofScores: { graph, value in
      try graph.append(.layout(.transpose([0, 2, 1])), value)
    })
    #expect(!turned.scores.decidesSoftmax)
    let weighted = try product(ofScores: { graph, value in
      let factors = try graph.append(.constant(Tensor([1, 2, 3] as [Float], shape: [3])))
      return try graph.append(.multiply, value, factors)
    })
    #expect(!weighted.scores.decidesSoftmax)
  }
}
