import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

extension Lowering {
  /// What becomes of the sums of `part`, word by word of its own.
  mutating func epilogues(
    of part: PanelTrace,
    firstWord: Int,
    less correction: Int,
    beside constants: [[Int: Int]]?
  ) throws(LoweringError) -> [AccumulatorEpilogue] {
    let depth = part.placements.map(\.word).bounds.count
    try decideQuotients(part.epilogues)
    // The first operation on the sums stands last.
    let operations = part.epilogues.reversed()
    let lanes = part.placements.map(\.lane).bounds.upperBound
    var chains = [[Chain?]](repeating: Array(repeating: nil, count: lanes), count: depth)
    var parameters: [EpilogueParameters] = []
    for epilogue in operations { parameters.append(try self.parameters(of: epilogue.node)) }
    for (position, placement) in part.placements.enumerated() {
      let chain = zip(operations, parameters).map { $1[$0.elements[position]] }
      chains[placement.word - firstWord][placement.lane] = chain
    }
    var known: [Chain: AccumulatorEpilogue] = [:]
    func epilogue(_ chain: Chain) throws(LoweringError) -> AccumulatorEpilogue {
      if let epilogue = known[chain] { return epilogue }
      let epilogue = try self.epilogue(chain, operations.map(\.node), part.value, less: correction)
      known[chain] = epilogue
      return epilogue
    }
    var epilogues: [AccumulatorEpilogue] = []
    for (word, row) in chains.enumerated() {
      let present = row.compactMap(\.self)
      let first = present.first ?? []
      let constant = constants.map { $0[word] }
      if present.allSatisfy({ $0 == first }), constant == nil {
        epilogues.append(try epilogue(first))
        continue
      }
      guard present.allSatisfy({ $0.map(\.withoutAddend) == first.map(\.withoutAddend) }),
        case .scaledSum(let stream) = try epilogue(first)
      else {
        throw fault(
          operations.first?.node ?? part.value,
          "its constants vary along both axes of the product; give one per channel or per token"
        )
      }
      epilogues.append(.scaledSum(try laneByLane(stream, row, constant, part.value, epilogue)))
    }
    return epilogues
  }

  private typealias Chain = [EpilogueParameters.Part]

  /// `stream` with an addend for each lane: that of its chain, or a constant where no product stands.
  private func laneByLane(
    _ stream: AccumulatorEpilogue.ScaledSumEpilogue,
    _ row: [Chain?],
    _ constant: [Int: Int]?,
    _ product: Value,
    _ epilogue: (Chain) throws(LoweringError) -> AccumulatorEpilogue
  ) throws(LoweringError) -> AccumulatorEpilogue.ScaledSumEpilogue {
    var addends: [Int] = []
    for (lane, chain) in row.enumerated() {
      if let chain, case .scaledSum(let stream) = try epilogue(chain) {
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
  private func epilogue(
    _ chain: Chain,
    _ nodes: [Value],
    _ product: Value,
    less correction: Int
  ) throws(LoweringError) -> AccumulatorEpilogue {
    var addend = -correction
    var epilogue = AccumulatorEpilogue.none
    for (part, node) in zip(chain, nodes) {
      let type = graph.type(of: node).integer ?? .i32
      switch (part, epilogue) {
      case (.addend(let number), .none): addend += number
      case (.zeroPoint, .none): break
      case (.requantize(let multiplier, let offset, let zeroPoint), .none):
        let shifted = offset + multiplier * Rational(addend)
        epilogue = try codes(multiplier, shifted, zeroPoint, type, product, node)
      case (.thresholds(let table), .none): epilogue = .thresholds(table.moved(by: -addend))
      case (.scaledSum(let multipliers, let offset, let shift), .none):
        epilogue = .scaledSum(
          .init(
            multiplier: multipliers[0],
            residualMultiplier: multipliers.count > 1 ? multipliers[1] : nil,
            addend: offset + multipliers[0] * addend,
            shift: shift,
            type: type
          )
        )
      case (.lookup(let lookup), .scaledSum(let stream))
      where stream.lookup == nil && stream.quotient == nil:
        epilogue = .scaledSum(stream.with(lookup: lookup))
      case (.lookup(let lookup), .thresholds(let table)):
        epilogue = .thresholds(table.followed(by: lookup))
      case (.quotient(let multiplier, let offset, let zeroPoint), .none):
        guard addend == 0 else {
          throw fault(
            node,
            "a constant is added before it; use 'quantize --without relative-softmax'"
          )
        }
        let line = RequantizerLine(multiplier: multiplier, offset: offset, zeroPoint: zeroPoint)
        epilogue = try quotient(line, node)
      case (.addend, _), (.zeroPoint, _), (.requantize, _), (.thresholds, _), (.scaledSum, _),
        (.lookup, _), (.quotient, _):
        throw fault(
          node,
          "a sum is quantized more than once before it is stored; make the program anew, or end the module before it"
        )
      }
    }
    guard case .none = epilogue, addend != 0 else { return epilogue }
    return .scaledSum(.init(multiplier: 1, addend: addend, type: .i32))
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
  ) throws(LoweringError) -> AccumulatorEpilogue {
    let codes = type.range
    guard !multiplier.isZero else {
      let limits = codes.lowerBound - zeroPoint...codes.upperBound - zeroPoint
      let code = offset.roundedHalfEven(within: limits) + zeroPoint
      return .thresholds(ThresholdTable(base: code, changes: []))
    }
    let table = ThresholdTable(
      multiplier: multiplier,
      offset: offset,
      zeroPoint: zeroPoint,
      codes: codes
    )
    guard codes.count > Self.mostThresholdCodes else { return .thresholds(table) }
    let range = program.range(of: product) ?? IntegerType.i32.range
    let dyadic = DyadicMultiplier(table, slope: multiplier.doubleValue, within: range)
    guard let dyadic else {
      throw fault(node, "no multiplication and shift agrees with it for every sum; use fewer bits")
    }
    // ⌊v / 2ⁿ⌋ = (2v + 1 − 2ⁿ) ⊘ (n + 1): what is rounded lies half a unit lower, and never on a tie.
    return .scaledSum(
      .init(
        multiplier: 2 * dyadic.multiplier,
        addend: 2 * dyadic.bias + 1 - 1 << dyadic.shift,
        shift: dyadic.shift + 1,
        type: type
      )
    )
  }
}

extension ThresholdTable {
  /// The table of what `lookup` makes of its codes.
  fileprivate func followed(by lookup: LookupFunction) -> ThresholdTable {
    let levels = codes.map { lookup($0) }
    return ThresholdTable(
      base: levels[0],
      changes: zip(thresholds, zip(levels.dropFirst(), levels)).map { ($0, $1.0 - $1.1) }
    )
  }

  /// The table of a − `distance`: every threshold `distance` further.
  fileprivate func moved(by distance: Int) -> ThresholdTable {
    ThresholdTable(
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
