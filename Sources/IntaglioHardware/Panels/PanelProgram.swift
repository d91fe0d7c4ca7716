public import IntaglioGraph
import IntaglioNumerics

/// A part of an integer program as work on panels: what the machine is told to do.
public struct PanelProgram: Sendable {
  public internal(set) var panels: [Panel] = []
  /// The numbers of panels that never change, word by word.
  public internal(set) var constants: [PanelIndex: [Int]] = [:]
  /// In an order in which every panel is complete before it is read.
  public internal(set) var steps: [PanelStep] = []
  /// Which elements of the graph's values are written to panels before the first step.
  public internal(set) var inputs: [Port] = []
  /// Which panels hold elements of the graph's values after the last step.
  public internal(set) var outputs: [Port] = []

  /// Where elements of a value stand.
  public struct Port: Sendable {
    public let value: Value
    public let panel: PanelIndex
    /// elements[word · lanes + lane] is the row-major position in the value; −1 where a lane is empty
    /// and holds 0.
    public let elements: [Int]

    public init(value: Value, panel: PanelIndex, elements: [Int]) {
      (self.value, self.panel, self.elements) = (value, panel, elements)
    }
  }

  public subscript(panel: PanelIndex) -> Panel { panels[panel.index] }
}

extension PanelProgram {
  /// What the program means: the numbers of every panel, word by word, after the last step.
  ///
  /// - Parameter inputs: the elements of every value among `inputs`, row-major.
  /// - Returns: the numbers, by panel.
  /// - Precondition: every one of them is there, complete.
  public func evaluate(_ inputs: [Value: [Int]]) -> [[Int]] {
    var memory = panels.map { [Int](repeating: 0, count: $0.count) }
    for (panel, numbers) in constants { memory[panel.index] = numbers }
    for port in self.inputs {
      guard let elements = inputs[port.value] else {
        preconditionFailure("the value of an input is missing")
      }
      memory[port.panel.index] = port.elements.map { $0 < 0 ? 0 : elements[$0] }
    }
    for step in steps {
      let words = result(of: step, memory)
      let lanes = self[step.result].lanes
      let zeroPoint = step.zeroPoint(in: self)
      for (word, codes) in words.enumerated() {
        let numbers = codes.map { $0 - zeroPoint }
        let start = (step.firstWord + word) * lanes
        memory[step.result.index].replaceSubrange(start..<start + lanes, with: numbers)
      }
    }
    return memory
  }

  /// The elements of an output's value, by their positions, in `memory` as `evaluate` leaves it.
  public func elements(of output: Port, in memory: [[Int]]) -> [(position: Int, number: Int)] {
    zip(output.elements, memory[output.panel.index]).filter { $0.0 >= 0 }
  }

  private func result(of step: PanelStep, _ memory: [[Int]]) -> [[Int]] {
    switch step.work {
    case .product(let product): result(of: product, memory)
    case .transposition(let source):
      (0..<self[source].lanes).map { lane in column(lane, of: source, memory) }
    case .norm(let norm, let source): rows(of: source, for: step.result, memory, .norm(norm))
    case .softmax(let softmax, let source):
      rows(of: source, for: step.result, memory, .softmax(softmax))
    case .rowThresholds(let steps, let source):
      rows(of: source, for: step.result, memory, .rowThresholds(steps))
    }
  }

  /// `function` of every lane of `source` that `result` has.
  private func rows(
    of source: PanelIndex,
    for result: PanelIndex,
    _ memory: [[Int]],
    _ function: IntegerFunction
  ) -> [[Int]] {
    let depth = self[source].depth
    let lanes = (0..<self[result].lanes).map { lane in
      function.apply(to: [column(lane, of: source, memory)], shape: [1, depth])
    }
    return (0..<depth).map { word in lanes.map { $0[word] } }
  }

  private func result(of product: PanelProduct, _ memory: [[Int]]) -> [[Int]] {
    let (rows, columns) = (memory[product.rows.index], memory[product.columns.index])
    let (height, width) = (self[product.rows].lanes, self[product.columns].lanes)
    return (0..<height).map { m in
      var sums = [Int](repeating: 0, count: width)
      for k in 0..<product.depth {
        let factor = rows[k * height + m]
        for n in 0..<width { sums[n] += factor * columns[k * width + n] }
      }
      return sums.indices.map { n in
        let residual = product.residual.map {
          memory[$0.panel.index][$0.word(m) * self[$0.panel].lanes + n]
        }
        return product.epilogue[m](sums[n], residual: residual, lane: n)
      }
    }
  }

  private func column(_ lane: Int, of panel: PanelIndex, _ memory: [[Int]]) -> [Int] {
    let lanes = self[panel].lanes
    return (0..<self[panel].depth).map { memory[panel.index][$0 * lanes + lane] }
  }
}

extension AccumulatorEpilogue {
  /// The number that is written for the sum `accumulator`.
  /// - Precondition: there is a residual where the stream has a multiplier for one.
  public func callAsFunction(_ accumulator: Int, residual: Int?, lane: Int) -> Int {
    switch self {
    case .none: return accumulator
    case .thresholds(let table): return table(accumulator)
    case .scaledSum(let stream):
      let addend = stream.laneAddends?[lane] ?? stream.addend
      var sum = Int128(stream.multiplier) * Int128(accumulator) + Int128(addend)
      if let factor = stream.residualMultiplier, let residual {
        sum += Int128(factor) * Int128(residual)
      }
      if let quotient = stream.quotient {
        let step = Int128(residual ?? 0) << stream.shift
        return quotient.code(of: sum, step: step, type: stream.type)
      }
      let rounded = sum.shiftedRounding(by: stream.shift)
      let limited = Int(
        min(
          Int128(stream.type.range.upperBound),
          max(Int128(stream.type.range.lowerBound), rounded)
        )
      )
      return stream.lookup.map { $0(limited) } ?? limited
    }
  }
}

extension AccumulatorEpilogue.ScaledSumEpilogue.Quotient {
  /// How many steps are in `sum`, a digit at a time, from the least code on; on a tie the even code.
  fileprivate func code(of sum: Int128, step: Int128, type: IntegerType) -> Int {
    var (rest, count) = (sum, 0)
    for digit in (0..<type.bits).reversed() {
      let steps = step << digit
      // Of all codes that this digit can begin, the first one.
      let isOdd = isLeastOdd != (digit == 0)
      guard isOdd ? steps < rest : steps <= rest else { continue }
      rest -= steps
      count += 1 << digit
    }
    return type.range.lowerBound + count
  }
}
