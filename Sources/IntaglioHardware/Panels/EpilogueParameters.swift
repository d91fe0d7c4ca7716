import IntaglioGraph
package import IntaglioNumerics

/// What an elementwise operation does, and to which of its elements.
struct EpilogueParameters {
  enum Part: Hashable {
    case addend(Int)
    /// A product of codes less their zero points is meant; this is that of one factor.
    case zeroPoint(Factor, Int)
    case requantize(multiplier: Rational, offset: Rational, zeroPoint: Int)
    case thresholds(ThresholdTable)
    case scaledSum(multipliers: [Int], addend: Int, shift: Int)
    case lookup(LookupFunction)
    case quotient(multiplier: Rational, offset: Rational, zeroPoint: Int)
  }

  enum Factor: Hashable {
    case left
    case right
  }

  let parts: [Part]
  /// For every element the position in `parts`.
  let indices: [Int32]

  init(_ parts: Broadcast<Part>, shape: [Int]) {
    self.parts = parts.values
    indices = parts.indices(over: shape)
  }

  subscript(element: Int) -> Part { parts[Int(indices[element])] }

  /// Whether two of `elements` in the same word are treated differently, by more than what is added.
  func vary(_ elements: [Int], within words: [Int]) -> Bool {
    var seen: [Int: Int32] = [:]
    for (element, word) in zip(elements, words) {
      let index = indices[element]
      if let other = seen[word], other != index,
        parts[Int(other)].withoutAddend != parts[Int(index)].withoutAddend
      {
        return true
      }
      seen[word] = index
    }
    return false
  }
}

extension EpilogueParameters.Part {
  /// The same with nothing added on a stream, which may differ from lane to lane.
  var withoutAddend: Self {
    guard case .scaledSum(let multipliers, _, let shift) = self else { return self }
    return .scaledSum(multipliers: multipliers, addend: 0, shift: shift)
  }
}

extension Lowering {
  /// The parameters of the elementwise operation at `value`.
  func parameters(of value: Value) throws(LoweringError) -> EpilogueParameters {
    let node = graph[value]
    let shape = graph.type(of: value).shape
    typealias Part = EpilogueParameters.Part
    guard case .elementwise(let operation) = PanelOperation(node.operation) else {
      throw fault(value, "\(node.operation.name) is none of a product's elementwise operations")
    }
    let parts: Broadcast<Part>?
    switch operation {
    case .requantize(let requantizer):
      parts = requantizer.lines?.map {
        .requantize(multiplier: $0.multiplier, offset: $0.offset, zeroPoint: $0.zeroPoint)
      }
    case .quotient(let quotient):
      parts = quotient.requantizer.lines?.map {
        .quotient(multiplier: $0.multiplier, offset: $0.offset, zeroPoint: $0.zeroPoint)
      }
    case .thresholds(let steps): parts = steps.tables.map { .thresholds($0) }
    case .lookup(let lookup): parts = Broadcast(.lookup(lookup))
    case .scaledSum(let stream):
      var joined = stream.offset.combined(stream.shift) {
        Part.scaledSum(multipliers: [], addend: $0, shift: $1)
      }
      for multiplier in stream.multipliers {
        joined = joined?.combined(multiplier) { part, factor in
          guard case .scaledSum(let factors, let addend, let shift) = part else { return part }
          return .scaledSum(multipliers: factors + [factor], addend: addend, shift: shift)
        }
      }
      parts = joined
    case .addend(let sign):
      if let correction = correction(at: value) {
        parts = correction.zeroPoints.map { .zeroPoint(correction.factor, $0) }
        break
      }
      let constant = graph.constant(node.operands[1])
      parts = constant?.integers.map { numbers in
        Broadcast(numbers, shape: constant?.shape ?? []).map { .addend(sign * $0) }
      }
    }
    guard let parts else { throw fault(value, "its constants are not integers of its dimensions") }
    return EpilogueParameters(parts, shape: shape)
  }
}

/// What a requantizer does to an element: round(multiplier · a + offset) + zeroPoint.
package struct RequantizerLine: Hashable {
  package let multiplier: Rational
  package let offset: Rational
  package let zeroPoint: Int

  package init(multiplier: Rational, offset: Rational, zeroPoint: Int) {
    (self.multiplier, self.offset, self.zeroPoint) = (multiplier, offset, zeroPoint)
  }
}

extension Requantizer {
  /// The line of every element; `nil` where parameters do not stretch over each other.
  var lines: Broadcast<RequantizerLine>? {
    multiplier
      .combined(offset) { RequantizerLine(multiplier: $0, offset: $1, zeroPoint: 0) }?
      .combined(zeroPoint) {
        RequantizerLine(multiplier: $0.multiplier, offset: $0.offset, zeroPoint: $1)
      }
  }
}
