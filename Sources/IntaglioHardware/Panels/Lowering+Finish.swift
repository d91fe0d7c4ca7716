import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

extension Lowering {
  /// What becomes of the sums of `part`, word by word of its own.
  func finishes(
    of part: PanelTrace,
    firstWord: Int,
    less correction: Int,
    beside constants: [[Int: Int]]?
  ) throws(LoweringError) -> [AccumulatorFinish] {
    let depth = part.placements.map(\.word).bounds.count
    // The first operation on the sums stands last.
    let operations = part.finishes.reversed()
    let lanes = part.placements.map(\.lane).bounds.upperBound
    var chains = [[Chain?]](repeating: Array(repeating: nil, count: lanes), count: depth)
    var parameters: [FinishParameters] = []
    for finish in operations { parameters.append(try self.parameters(of: finish.node)) }
    for (position, placement) in part.placements.enumerated() {
      let chain = zip(operations, parameters).map { $1[$0.elements[position]] }
      chains[placement.word - firstWord][placement.lane] = chain
    }
    var known: [Chain: AccumulatorFinish] = [:]
    func finish(_ chain: Chain) throws(LoweringError) -> AccumulatorFinish {
      if let finish = known[chain] { return finish }
      let finish = try self.finish(chain, operations.map(\.node), part.value, less: correction)
      known[chain] = finish
      return finish
    }
    var finishes: [AccumulatorFinish] = []
    for (word, row) in chains.enumerated() {
      let present = row.compactMap(\.self)
      let first = present.first ?? []
      let constant = constants.map { $0[word] }
      if present.allSatisfy({ $0 == first }), constant == nil {
        finishes.append(try finish(first))
        continue
      }
      guard present.allSatisfy({ $0.map(\.withoutAddend) == first.map(\.withoutAddend) }),
        case .stream(let stream) = try finish(first)
      else {
        throw fault(
          operations.first?.node ?? part.value,
          "its constants vary along both axes of the product; give one per channel or per token"
        )
      }
      finishes.append(.stream(try laneByLane(stream, row, constant, part.value, finish)))
    }
    return finishes
  }

  private typealias Chain = [FinishParameters.Part]

  /// `stream` with an addend for each lane: that of its chain, or a constant where no product stands.
  private func laneByLane(
    _ stream: AccumulatorFinish.StreamFinish,
    _ row: [Chain?],
    _ constant: [Int: Int]?,
    _ product: Value,
    _ finish: (Chain) throws(LoweringError) -> AccumulatorFinish
  ) throws(LoweringError) -> AccumulatorFinish.StreamFinish {
    var addends: [Int] = []
    for (lane, chain) in row.enumerated() {
      if let chain, case .stream(let stream) = try finish(chain) {
        addends.append(stream.addend)
      } else if let number = constant?[lane] {
        // Nothing is summed up in an empty lane.
        addends.append(number << stream.shift)
      } else {
        throw fault(product, "lanes are left that neither a product nor a constant fills")
      }
    }
    return stream.with(laneAddends: addends)
  }

  /// The operations of `chain`, which stand at `nodes`, as one.
  private func finish(
    _ chain: Chain,
    _ nodes: [Value],
    _ product: Value,
    less correction: Int
  ) throws(LoweringError) -> AccumulatorFinish {
    var addend = -correction
    var finish = AccumulatorFinish.none
    for (part, node) in zip(chain, nodes) {
      let type = graph.type(of: node).integer ?? .i32
      switch (part, finish) {
      case (.addend(let number), .none): addend += number
      case (.zeroPoint, .none): break
      case (.requantize(let multiplier, let offset, let zeroPoint), .none):
        let shifted = offset + multiplier * Rational(addend)
        finish = try codes(multiplier, shifted, zeroPoint, type, product, node)
      case (.steps(let table), .none): finish = .steps(table.moved(by: -addend))
      case (.stream(let multipliers, let offset, let shift), .none):
        finish = .stream(
          .init(
            multiplier: multipliers[0],
            residualMultiplier: multipliers.count > 1 ? multipliers[1] : nil,
            addend: offset + multipliers[0] * addend,
            shift: shift,
            type: type
          )
        )
      case (.lookup(let lookup), .stream(let stream)) where stream.lookup == nil:
        finish = .stream(stream.with(lookup: lookup))
      case (.addend, _), (.zeroPoint, _), (.requantize, _), (.steps, _), (.stream, _), (.lookup, _):
        throw fault(node, "a sum is quantized more than once before it is stored")
      }
    }
    guard case .none = finish, addend != 0 else { return finish }
    return .stream(.init(multiplier: 1, addend: addend, type: .i32))
  }

  /// Up to this many codes are found by thresholds; beyond, a multiplication is smaller.
  private static let mostThresholdCodes = 16

  private func codes(
    _ multiplier: Rational,
    _ offset: Rational,
    _ zeroPoint: Int,
    _ type: IntegerType,
    _ product: Value,
    _ node: Value
  ) throws(LoweringError) -> AccumulatorFinish {
    let codes = type.range
    guard !multiplier.isZero else {
      let limits = codes.lowerBound - zeroPoint...codes.upperBound - zeroPoint
      let code = offset.roundedHalfEven(within: limits) + zeroPoint
      return .steps(StepTable(base: code, changes: []))
    }
    let table = StepTable(
      multiplier: multiplier,
      offset: offset,
      zeroPoint: zeroPoint,
      codes: codes
    )
    guard codes.count > Self.mostThresholdCodes else { return .steps(table) }
    let range = program.range(of: product) ?? IntegerType.i32.range
    let dyadic = DyadicMultiplier(table, slope: multiplier.doubleValue, within: range)
    guard let dyadic else {
      throw fault(node, "no multiplication and shift agrees with it for every sum; use fewer bits")
    }
    // ⌊v / 2ⁿ⌋ = (2v + 1 − 2ⁿ) ⊘ (n + 1): what is rounded lies half a unit lower, and never on a tie.
    return .stream(
      .init(
        multiplier: 2 * dyadic.multiplier,
        addend: 2 * dyadic.bias + 1 - 1 << dyadic.shift,
        shift: dyadic.shift + 1,
        type: type
      )
    )
  }
}

extension StepTable {
  /// The table of a − `distance`: every threshold `distance` further.
  fileprivate func moved(by distance: Int) -> StepTable {
    StepTable(
      base: base,
      changes: zip(thresholds, steps).map { threshold, step in
        let isEnd = threshold == Int(Int32.min) || threshold == Self.never
        return (isEnd ? threshold : threshold + distance, step)
      }
    )
  }
}

extension IntegerNorm {
  /// The same for the rows `rows` of a value of `shape` alone; `nil` where they differ.
  func onOneRow(rows: Range<Int>, shape: [Int]) -> IntegerNorm? {
    let width = shape.last ?? 1
    func one<T>(_ broadcast: Broadcast<T>) -> Broadcast<T>? {
      let indices = broadcast.indices(over: shape)
      func row(_ row: Int) -> [T] {
        (0..<width).map { broadcast.values[Int(indices[row * width + $0])] }
      }
      let first = row(rows.lowerBound)
      return rows.allSatisfy { row($0) == first } ? Broadcast(first, shape: [width]) : nil
    }
    guard let multiplier = one(requantizer.multiplier), let offset = one(requantizer.offset),
      let zeroPoint = one(requantizer.zeroPoint)
    else { return nil }
    return IntegerNorm(
      isCentered: isCentered,
      left: left,
      epsilon: epsilon,
      method: method,
      requantizer: Requantizer(
        requantizer.type,
        multiplier: multiplier,
        offset: offset,
        zeroPoint: zeroPoint
      )
    )
  }
}

extension IntegerSoftmax {
  /// The same for the rows `rows` of a value of `shape` alone; `nil` where their scales differ.
  func onOneRow(rows: Range<Int>, shape: [Int]) -> IntegerSoftmax? {
    let heights = Array(shape.dropLast()) + [1]
    func one<T>(_ broadcast: Broadcast<T>) -> Broadcast<T>? {
      let indices = broadcast.indices(over: heights)
      let values = Set(rows.map { broadcast.values[Int(indices[$0])] })
      return values.count == 1 ? values.first.map { Broadcast($0) } : nil
    }
    guard let scale = one(scale), let step = one(quantizer.scale),
      let zeroPoint = one(quantizer.zeroPoint)
    else { return nil }
    return IntegerSoftmax(
      scale: scale,
      exponential: exponential,
      quantizer: Quantizer(
        quantizer.type,
        scale: step,
        zeroPoint: zeroPoint,
        placement: quantizer.placement
      )
    )
  }
}
