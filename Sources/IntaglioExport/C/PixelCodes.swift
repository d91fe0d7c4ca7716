import IntaglioData
import IntaglioGraph
import IntaglioNumerics

/// The codes of pixels: what the model makes of an image in which every pixel is alike.
struct PixelCodes {
  let height: Int
  let width: Int
  let channels: Int
  /// The code of every byte, channel by channel.
  let codes: [Int]

  /// `nil` where the model does not say how an image becomes its input, or a pixel's code depends on more than its
  /// own byte.
  init?(_ graph: Graph, codes value: Value, _ description: ModelDescription) {
    guard let preprocessing = description.preprocessing, graph[value].operation.isQuantize,
      let input = graph.inputs.first, graph.inputs.count == 1,
      case .input(let name, let type) = graph[input].operation, !type.isInteger,
      type.shape.count == 4, type.shape[0] == 1, type.shape[1] == preprocessing.channels,
      graph.type(of: value).shape == type.shape, Self.isElementwise(value, input, in: graph),
      let plain = try? Preprocessing(
        channels: preprocessing.channels,
        mean: preprocessing.mean,
        std: preprocessing.std
      )
    else { return nil }
    (channels, height, width) = (type.shape[1], type.shape[2], type.shape[3])
    let plane = height * width
    var codes = [Int](repeating: 0, count: channels * 256)
    guard let oracle = try? Oracle<Double>(graph) else { return nil }
    for byte in 0...255 {
      let pixels = [UInt8](repeating: UInt8(byte), count: channels)
      guard
        let image = try? Image(width: 1, height: 1, channels: channels, pixels: pixels),
        let numbers = try? plain.apply(to: image)
      else { return nil }
      let sample = numbers.flatMap { [Double](repeating: Double($0), count: plane) }
      guard let found = try? oracle.values([value], of: [name: .real(sample)])[value],
        case .integer(let made) = found
      else { return nil }
      for channel in 0..<channels {
        let own = made[channel * plane..<(channel + 1) * plane]
        guard let first = own.first, own.allSatisfy({ $0 == first }) else { return nil }
        codes[channel * 256 + byte] = first
      }
    }
    self.codes = codes
  }

  /// Whether every element of `value` depends on the same element of `input` alone.
  private static func isElementwise(_ value: Value, _ input: Value, in graph: Graph) -> Bool {
    var (pending, seen) = ([value], Set([input, value]))
    while let next = pending.popLast() {
      guard graph.dependsOnInput(next) else { continue }
      switch graph[next].operation {
      case .add, .subtract, .multiply, .divide, .quantize, .function:
        for operand in graph[next].operands where seen.insert(operand).inserted {
          pending.append(operand)
        }
      default: return false
      }
    }
    return true
  }
}
