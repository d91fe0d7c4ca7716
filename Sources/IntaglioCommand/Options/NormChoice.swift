import ArgumentParser
import Intaglio
import IntaglioGraph

/// What `--norms` says.
struct NormChoice: ExpressibleByArgument {
  let arithmetic: NormArithmetic

  init(arithmetic: NormArithmetic) { self.arithmetic = arithmetic }

  init?(argument: String) {
    switch argument {
    case "exact": arithmetic = .exact
    case "fixed-point": arithmetic = .fixedPoint
    default:
      guard argument.hasPrefix("rounded:"), let bits = Int(argument.dropFirst("rounded:".count)),
        NormArithmetic.fractionBits.contains(bits)
      else { return nil }
      arithmetic = .rounded(fractionBits: bits)
    }
  }

  var defaultValueDescription: String {
    switch arithmetic {
    case .exact: "exact"
    case .rounded(let bits): "rounded:\(bits)"
    case .fixedPoint: "fixed-point"
    }
  }
}
