/// How much the widths of a network may add up to.
public enum WidthBudget: Sendable, Hashable {
  /// Bits of a weight in the mean over all weights, the first and the last layer left out.
  case weights(Double)
  /// Bits of an activation in the mean over all multiply-accumulates, the first and the last layer left
  /// out.
  case activations(Double)
  /// Bytes of all weights.
  case size(Int)
  /// Σ MACs · bits · bits.
  case bitOperations(Int)

  /// From `weights=4.0`, `activations=4.25`, `size=2MB` (kB, MB, KiB, MiB, or bytes) or `bops=20G` (k, M, G, T).
  public init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    let units: [(String, Double)] = [
      ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("kb", 1e3), ("mb", 1e6),
      ("gb", 1e9), ("k", 1e3), ("m", 1e6), ("g", 1e9), ("t", 1e12),
    ]
    var (digits, factor) = (parts[1].lowercased(), 1.0)
    let isCount = parts[0] == "size" || parts[0] == "bops"
    if isCount, let unit = units.first(where: { digits.hasSuffix($0.0) }) {
      digits.removeLast(unit.0.count)
      factor = unit.1
    }
    guard let number = Double(digits), number.isFinite, number > 0, number * factor < 1e18 else {
      return nil
    }
    switch parts[0] {
    case "weights" where number <= 8 && number >= 2: self = .weights(number)
    case "activations" where number <= 8 && number >= 2: self = .activations(number)
    case "size": self = .size(Int(number * factor))
    case "bops": self = .bitOperations(Int(number * factor))
    default: return nil
    }
  }
}

extension WidthBudget {
  var movesWeights: Bool {
    switch self {
    case .weights, .size, .bitOperations: true
    case .activations: false
    }
  }

  var movesActivations: Bool {
    switch self {
    case .activations, .bitOperations: true
    case .weights, .size: false
    }
  }

  func cost(of layer: QuantizedLayer, _ widths: LayerWidths) -> Int {
    switch self {
    case .weights, .size: layer.weightCount * (widths.weights ?? 0)
    case .activations: layer.macs * widths.activations
    case .bitOperations:
      layer.macs * widths.activations * (widths.weights ?? widths.activations)
    }
  }

  /// What is left beside the layers that do not move.
  func room(in layers: [QuantizedLayer], besides fixed: [QuantizedLayer]) -> Int {
    let inner = layers.filter { !$0.isEdge }
    func cost(_ layers: [QuantizedLayer]) -> Int {
      layers.reduce(0) { $0 + self.cost(of: $1, $1.widths) }
    }
    let stated = fixed.filter { !$0.isEdge }
    switch self {
    case .weights(let mean):
      return Int(mean * Double(inner.reduce(0) { $0 + $1.weightCount })) - cost(stated)
    case .activations(let mean):
      return Int(mean * Double(inner.reduce(0) { $0 + $1.macs })) - cost(stated)
    case .size(let bytes): return bytes * 8 - cost(fixed)
    case .bitOperations(let most): return most - cost(fixed)
    }
  }

  public var text: String {
    switch self {
    case .weights(let mean): "weights=\(mean)"
    case .activations(let mean): "activations=\(mean)"
    case .size(let bytes): "size=\(bytes)"
    case .bitOperations(let most): "bops=\(most)"
    }
  }
}
