import IntaglioGraph
import IntaglioNumerics

/// A dequantized input that the tests below continue from.
func dequantized(
  _ graph: inout Graph,
  _ random: inout SplitMix64,
  _ shape: [Int],
  _ name: String = "q"
) throws -> Value {
  let q = try graph.codes(name, .i(20), shape)
  return try graph.append(
    .dequantize(
      Dequantizer(
        scale: random.scales([shape.last ?? 1]),
        zeroPoint: random.zeroPoints([]),
        offset: random.scales([shape.last ?? 1])
      )
    ),
    q
  )
}

func constant(
  _ graph: inout Graph,
  _ random: inout SplitMix64,
  _ shape: [Int]
) throws -> Value {
  let elements = (0..<shape.reduce(1, *)).map { _ in
    Double(Int.random(in: 1...1 << 20, using: &random)) / 4096
  }
  return try graph.append(.constant(Tensor(elements, shape: shape)))
}
