import IntaglioGraph
import IntaglioNumerics

/// A value that a side shows under a name.
struct Probe: Sendable {
  /// Under which two sides mean the same value.
  enum Key: Hashable, Sendable {
    case modelInput
    /// What the node of that name makes.
    case result(String)
    /// What the node of that name reads: the residual stream before a LayerNorm, the reals before
    /// a quantizer.
    case operand(String)
    case modelOutput
  }

  enum Content: Sendable {
    case real
    /// Codes; the grid is `nil` where a record says nothing of it.
    case codes(QuantizationGrid?)
  }

  let key: Key
  /// The value in the side's graph, or the number of a recorded tensor.
  let slot: Int
  /// The operation, `codes` or `reals` where only a record is known.
  let kind: String
  let content: Content
  let shape: [Int]

  /// The dimensions but for those of 1: the batch of one image, heads that stand alone.
  var dimensions: [Int] { shape.filter { $0 != 1 } }

  var grid: QuantizationGrid? {
    if case .codes(let grid) = content { grid } else { nil }
  }

  var isReal: Bool {
    if case .real = content { true } else { false }
  }
}

extension Probe.Key {
  /// What reports call it.
  var name: String {
    switch self {
    case .modelInput: "input"
    case .result(let name): name
    case .operand(let name): name + RecordedTensor.Role.input.suffix
    case .modelOutput: RecordedTensor.logits
    }
  }
}

extension Graph {
  /// Everything that can be compared with another program: codes, named reals, the residual stream
  /// and the ends, in the order of computation.
  ///
  /// - Parameters:
  ///   - meanings: the quantizers of the model as it was written, by name: they know the scale of codes
  ///     that integers alone decide.
  ///   - logits: the name of the output that holds the answers, where there are several.
  /// - Returns: some under two names, as what one node makes and another reads.
  /// - Throws: `LogitsError` when no output holds them.
  func probes(_ meanings: [String: Quantizer], logits: String?) throws(LogitsError) -> [Probe] {
    let dependent = inputDependent
    var probes: [Probe] = []
    for value in live where dependent.contains(value) {
      probes += operandProbe(value).map { [$0] } ?? []
      probes += resultProbe(value, meanings).map { [$0] } ?? []
    }
    let output = outputs[try self.logits(logits).index]
    probes.append(probe(.modelOutput, output.value, kind: "output"))
    // The operand of a node stands before it.
    return probes.enumerated().sorted {
      ($0.element.slot, $0.offset) < ($1.element.slot, $1.offset)
    }
    .map(\.element)
  }

  /// The quantizers by name.
  var quantizers: [String: Quantizer] {
    Dictionary(
      codes.compactMap { name, value in
        guard case .quantize(let quantizer) = self[value].operation else { return nil }
        return (name, quantizer)
      },
      uniquingKeysWith: { first, _ in first }
    )
  }

  private var inputDependent: Set<Value> {
    var result: Set<Value> = []
    for value in live {
      if case .input = self[value].operation {
        result.insert(value)
      } else if self[value].operands.contains(where: result.contains) {
        result.insert(value)
      }
    }
    return result
  }

  private func operandProbe(_ value: Value) -> Probe? {
    let operation = self[value].operation
    guard operation.isQuantize || operation.isNormalization, let name = name(of: value) else {
      return nil
    }
    let operand = self[value].operands[0]
    return probe(.operand(name), operand, kind: self[operand].operation.name)
  }

  private func resultProbe(_ value: Value, _ meanings: [String: Quantizer]) -> Probe? {
    let (operation, shape) = (self[value].operation, type(of: value).shape)
    if case .input = operation { return probe(.modelInput, value, kind: operation.name) }
    guard let name = name(of: value) else { return nil }
    if case .quantize(let quantizer) = operation {
      let grid = QuantizationGrid(quantizer, over: shape)
      return probe(.result(name), value, kind: operation.name, .codes(grid))
    }
    if case .requantize(let requantizer) = operation {
      let grid = QuantizationGrid(
        requantizer.type,
        requantizer.zeroPoint,
        meaning: meanings[name],
        over: shape
      )
      return probe(.result(name), value, kind: operation.name, .codes(grid))
    }
    if case .integer(let function) = operation {
      if function.isScaledSum { return nil }
      let grid = QuantizationGrid(function.type, ZeroPoint(0), meaning: meanings[name], over: shape)
      return probe(.result(name), value, kind: operation.name, .codes(grid))
    }
    // Real results that something computed: a layout or a dequantization shows what came before.
    if case .layout = operation { return nil }
    guard operation.family != .source, operation.family != .quantization,
      !type(of: value).isInteger
    else { return nil }
    return probe(.result(name), value, kind: operation.name)
  }

  private func probe(
    _ key: Probe.Key,
    _ value: Value,
    kind: String,
    _ content: Probe.Content = .real
  ) -> Probe {
    Probe(key: key, slot: value.index, kind: kind, content: content, shape: type(of: value).shape)
  }
}

extension QuantizationGrid {
  /// The grid of codes that integers alone decide: that of the quantizer it was, or steps where
  /// none is known.
  fileprivate init(
    _ type: IntegerType,
    _ zeroPoint: ZeroPoint,
    meaning: Quantizer?,
    over shape: [Int]
  ) {
    if let meaning, meaning.type == type, meaning.scale.fits(shape), meaning.zeroPoint.fits(shape) {
      self.init(meaning, over: shape)
      return
    }
    let steps = Quantizer(type, scale: Scale(.one), zeroPoint: zeroPoint)
    self.init(steps, over: shape, isInSteps: true)
  }
}
