import IntaglioGraph
public import IntaglioHardware
public import IntaglioNumerics

/// What one value of the program is on a stream of the machine.
public struct HardwareStream: Sendable {
  /// The model's own name of the value, and its shape.
  public let value: String
  public let shape: [Int]
  public let type: IntegerType
  /// Its first beat of an input or of a result, and how many there are: blocks of `words` beats each.
  public let firstBeat: Int
  public let beats: Int
  public let words: Int
  public let lanes: Int
  /// Lanes that hold no element: a class token's, which the machine fills itself.
  public let emptyLanes: [Int]
  /// Which element stands where; `nil` where no rule says it.
  public let order: ElementOrder?
  /// [word · lanes + lane] → element, −1 for none.
  public let elements: [Int]
  /// What makes reals of its numbers, or numbers of reals: real = scale · (number − zero point) + offset.
  public let reals: Reals?

  /// One number each, or one for each channel.
  public struct Reals: Sendable, Encodable {
    public let scale: [Double]
    public let zeroPoint: [Int]
    public let offset: [Double]
  }
}

extension HardwareModule {
  /// What comes in, beat by beat.
  public var inputs: [HardwareStream] { streams(panels.inputs) }
  /// What goes out.
  public var outputs: [HardwareStream] { streams(panels.outputs) }

  private func streams(_ ports: [PanelProgram.Port]) -> [HardwareStream] {
    var beats = 0
    return ports.map { port in
      let panel = panels[port.panel]
      let tile = machine.shape.array.columns
      let count = (panel.lanes + tile - 1) / tile * panel.depth
      defer { beats += count }
      return HardwareStream(
        value: proof.graph.label(of: port.value),
        shape: proof.graph.type(of: port.value).shape,
        type: panel.type,
        firstBeat: beats,
        beats: count,
        words: panel.depth,
        lanes: panel.lanes,
        emptyLanes: (0..<panel.lanes).filter { lane in
          stride(from: lane, to: port.elements.count, by: panel.lanes)
            .allSatisfy { port.elements[$0] < 0 }
        },
        order: ElementOrder(port, lanes: panel.lanes),
        elements: port.elements,
        reals: reals(port.value)
      )
    }
  }

  /// By the quantizer that makes the value, or the first dequantizer that reads it.
  private func reals(_ value: Value) -> HardwareStream.Reals? {
    let graph = proof.graph
    if case .quantize(let quantizer) = graph[value].operation {
      return HardwareStream.Reals(quantizer.inverse)
    }
    for reader in graph.live where graph[reader].operands.first == value {
      if case .dequantize(let dequantizer) = graph[reader].operation {
        return HardwareStream.Reals(dequantizer)
      }
    }
    return nil
  }
}

extension HardwareStream.Reals {
  fileprivate init(_ dequantizer: Dequantizer) {
    scale = dequantizer.scale.values.map(\.doubleValue)
    zeroPoint = dequantizer.zeroPoint.values
    offset = dequantizer.offset.values.map(\.doubleValue)
  }
}
