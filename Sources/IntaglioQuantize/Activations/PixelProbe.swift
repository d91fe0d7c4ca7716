import IntaglioFloat32
import IntaglioGraph

/// Finds what pixels have become in front of the first multiplication: x = scale·p + low.
///
/// Models prepare pixels inside the graph, too: with means and deviations, in another order of planes or
/// axes, cut into patches. Whatever the steps, three images of one level each show the line, and whether there
/// is one.
struct PixelProbe {
  /// Of the model's input.
  private let pixels: QuantizeOptions.Pixels

  init?(_ pixels: QuantizeOptions.Pixels?) {
    guard let pixels else { return nil }
    self.pixels = pixels
  }

  struct Lines {
    let scales: [Float]
    let lows: [Float]
  }

  /// The line of every plane of `value`, `[b, c, h, w]`; `nil` where there is none.
  func planes(of value: Value, in network: Network) throws -> Lines? {
    let shape = network.graph.type(of: value).shape
    guard shape.count == 4 else { return nil }
    let area = shape[2] * shape[3]
    return try lines(of: value, shape[1], in: network) { $0 / area % shape[1] }
  }

  /// The line of every channel of `value`, `[…, k]`; `nil` where there is none.
  func channels(of value: Value, in network: Network) throws -> Lines? {
    guard let width = network.graph.type(of: value).shape.last else { return nil }
    return try lines(of: value, width, in: network) { $0 % width }
  }

  private func lines(
    of value: Value,
    _ count: Int,
    in network: Network,
    channel: (Int) -> Int
  ) throws -> Lines? {
    let graph = network.graph
    guard count > 0, graph.movesPixels(value), let input = graph.inputs.first else { return nil }
    let shape = graph.type(of: input).shape
    guard shape.count == 4, shape[1] == pixels.scales.count else { return nil }
    let emitter = try Emitter(graph, Decisions(), to: [value])
    var probed = emitter.graph
    guard let image = emitter.images[value] else { return nil }
    probed.addOutput("probe", image)
    let program = try Float32Program(probed)
    func numbers(_ level: Float) throws -> [Float] {
      let area = shape[2] * shape[3]
      let sample = (0..<shape.reduce(1, *)).map { position in
        let plane = position / area % shape[1]
        return pixels.scales[plane] * level + pixels.lows[plane]
      }
      return try program.run([network.input: .real(sample)]).outputs["probe"]?.floats ?? []
    }
    return Self.lines(
      lowest: try numbers(0),
      middle: try numbers(Self.middle),
      highest: try numbers(255),
      count,
      channel
    )
  }

  private static let middle: Float = 51

  private static func lines(
    lowest: [Float],
    middle: [Float],
    highest: [Float],
    _ count: Int,
    _ channel: (Int) -> Int
  ) -> Lines? {
    var scales = [Float](repeating: .nan, count: count)
    var lows = scales
    for position in lowest.indices {
      let (index, low) = (channel(position), lowest[position])
      let scale = (highest[position] - low) / 255
      let size = max(low.magnitude, highest[position].magnitude)
      guard scale > 0, scale.isNormal, low.isFinite,
        (low + scale * Self.middle - middle[position]).magnitude <= size * 0x1p-16
      else { return nil }
      if scales[index].isNaN { (scales[index], lows[index]) = (scale, low) }
      guard (scales[index] - scale).magnitude <= scale * 0x1p-16,
        (lows[index] - low).magnitude <= size * 0x1p-16
      else { return nil }
    }
    return scales.contains(where: \.isNaN) ? nil : Lines(scales: scales, lows: lows)
  }
}

extension Graph {
  /// Whether nothing but changes of place and arithmetic with constants stands between an input and
  /// `value`.
  fileprivate func movesPixels(_ value: Value) -> Bool {
    var (seen, pending): (Set<Value>, [Value]) = ([value], [value])
    while let next = pending.popLast() {
      let node = self[next]
      switch node.operation.family {
      case .source, .movement: break
      case .arithmetic:
        guard node.operands.count(where: dependsOnInput) == 1 else { return false }
      case .matrixProduct, .reduction, .function, .row, .quantization, .integer: return false
      }
      pending += node.operands.filter { dependsOnInput($0) && seen.insert($0).inserted }
    }
    return true
  }
}
