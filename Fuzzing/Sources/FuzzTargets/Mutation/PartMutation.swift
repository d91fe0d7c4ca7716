import IntaglioNumerics

/// Changes one word of one of two texts, the length of the first in front.
enum PartMutation {
  static func mutation(_ words: [String]) -> FuzzTarget.Mutation {
    let mutate = TextMutation.mutation(words)
    return { bytes, limit, random in
      var parts = Parts.split(bytes, into: 2)
      let index = Int.random(in: 0...1, using: &random)
      mutate(&parts[index], limit - parts[1 - index].count - 4, &random)
      let result = Parts.joined(parts[0], parts[1])
      if result.count <= limit { bytes = result }
    }
  }
}
