import IntaglioFloat32
import IntaglioGraph
import IntaglioNumerics

/// How much more the first token of a sequence matters to the answers than each of the others.
///
/// In a Vision Transformer with a class token everything leaves through that one row: from the middle of
/// the network on it outweighs all patches together. Measured, not assumed: noise of the same relative
/// size is put on the first row and on the others at a cut, and what it does to the outputs is compared,
/// token by token. Where the first token is nothing special the weight is 1.
struct TokenWeights: Sendable {
  private static let noise: Float = 0.05
  private static let samples = 8
  private static let largest = 60.0

  /// The weight of the first row at `front`, for values of the same number of rows.
  static func weight(of network: Network, at front: Front) throws -> Float {
    guard let cut = front.cut else { return 1 }
    let shape = network.graph.type(of: cut).shape
    guard shape.count >= 2, shape[shape.count - 2] > 1 else { return 1 }
    let (rows, channels) = (shape[shape.count - 2], shape[shape.count - 1])
    let targets = network.graph.outputs.map(\.value)
    guard !targets.contains(cut) else { return 1 }
    let emitter = try Emitter(network.graph, Decisions(), from: cut, to: targets)
    var graph = emitter.graph
    for target in targets {
      if let image = emitter.images[target] { graph.addOutput("\(target.index)", image) }
    }
    let program = try Float32Program(graph)
    let count = min(front.float.count, Self.samples)
    let energies = try ParallelMap(threads: network.threads).map(count) { index in
      let values = front.float[index * front.float.count / count]
      func outputs(_ values: [Float]) throws -> [Float] {
        try program.run([Emitter.cut: .real(values)]).outputs.sorted { $0.key < $1.key }
          .flatMap(\.value.floats)
      }
      let plain = try outputs(values)
      func energy(_ isDisturbed: (Int) -> Bool) throws -> Double {
        var generator = SplitMix64(seed: UInt64(index) + 1)
        var disturbed = values
        let deviation = Self.deviation(values, channels)
        for position in values.indices {
          let draw = Float(Double(generator.next() >> 11) * 0x1p-52 - 1)
          guard isDisturbed(position / channels % rows) else { continue }
          disturbed[position] += draw * Self.noise * deviation[position % channels]
        }
        return zip(try outputs(disturbed), plain).reduce(0) {
          $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
        }
      }
      return (try energy { $0 == 0 }, try energy { $0 != 0 })
    }
    let (first, others) = energies.reduce((0.0, 0.0)) { ($0.0 + $1.0, $0.1 + $1.1) }
    guard others > 0 else { return Float(Self.largest) }
    let ratio = first / (others / Double(rows - 1))
    return Float(min(max(ratio.squareRoot(), 1), Self.largest))
  }

  private static func deviation(_ values: [Float], _ channels: Int) -> [Float] {
    let rows = Float(max(values.count / channels, 1))
    var (sums, squares) = (
      [Float](repeating: 0, count: channels), [Float](repeating: 0, count: channels)
    )
    for (position, value) in values.enumerated() {
      sums[position % channels] += value
      squares[position % channels] += value * value
    }
    return (0..<channels).map {
      max(squares[$0] / rows - (sums[$0] / rows) * (sums[$0] / rows), 0).squareRoot()
    }
  }
}
