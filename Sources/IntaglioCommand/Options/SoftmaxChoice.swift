import ArgumentParser
import Intaglio
import IntaglioGraph

/// What `--softmax` says; no exponential for 'auto'.
struct SoftmaxChoice: ExpressibleByArgument {
  let exponential: IntegerSoftmax.Exponential?

  init(exponential: IntegerSoftmax.Exponential?) { self.exponential = exponential }

  init?(argument: String) {
    switch argument {
    case "auto": exponential = nil
    case "shiftmax": exponential = .shiftmax
    case "2^round": exponential = .base2(fractionBits: 0, tableBits: 16)
    case "base2:64x32": exponential = .base2Product
    case "base2": exponential = .base2(fractionBits: 8, tableBits: 16)
    default:
      guard argument.hasPrefix("base2:") else { return nil }
      let parts = argument.dropFirst("base2:".count).split(separator: "/").map { Int($0) }
      guard parts.count == 2, let fraction = parts[0], let bits = parts[1],
        (0...12).contains(fraction), (8...24).contains(bits)
      else { return nil }
      exponential = .base2(fractionBits: fraction, tableBits: bits)
    }
  }

  var defaultValueDescription: String {
    switch exponential {
    case nil: "auto"
    case .shiftmax: "shiftmax"
    case .base2Product: "base2:64x32"
    case .base2(let fraction, let bits): "base2:\(fraction)/\(bits)"
    }
  }
}
