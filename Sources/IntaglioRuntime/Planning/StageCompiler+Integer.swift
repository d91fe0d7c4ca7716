import IntaglioGraph
import IntaglioNumerics

// What stands in place of reals.

extension StageCompiler {
  func lookup(
    _ lookup: LookupFunction,
    _ bias: Int,
    _ constants: inout ConstantPool
  ) -> Stage.Operation {
    let first = lookup.index.range.lowerBound
    let codes = lookup.entries.map { $0 + bias }
    if prefersSegments, let cells = LookupSegments(first: first, entries: codes) {
      return .lookupSegments(
        rises: cells.rises,
        falls: cells.falls,
        cells: constants.add(cells.bytes)
      )
    }
    let entries = codes.map { UInt8(truncatingIfNeeded: $0) }
    return .lookup(
      first: Int32(first),
      count: entries.count,
      table: constants.add(entries)
    )
  }

  func stream(
    _ stream: ScaledSum,
    _ other: Place?,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) -> Stage.Operation {
    let values = stream.parameters?.values ?? []
    func factors(_ index: Int) -> Table {
      table(values.map { Int64($0.multipliers[index]) }, cursor, &constants)
    }
    return .scaledSum(
      ScaledSumStage(
        factors: factors(0),
        other: other.map { ScaledSumStage.Other(place: $0, factors: factors(1)) },
        offset: table(values.map { Int64($0.offset) }, cursor, &constants),
        shift: table(values.map { Int32($0.shift) }, cursor, &constants),
        limits: Int32(stream.type.range.lowerBound)...Int32(stream.type.range.upperBound),
        counter: counter
      )
    )
  }

  func norm(
    _ norm: IntegerNorm,
    _ root: FixedPointRoot,
    _ values: [StageParameter],
    _ bias: Int,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) throws(PlanError) -> Stage.Operation {
    let lefts = norm.left.expanded(over: [nesting.nest.columns])
    let method: NormQuantization.Method
    switch norm.method {
    case .exact:
      method = .exact(try exact(norm, root, lefts, values, bias, cursor, &constants))
    case .fixedPoint:
      let codes = norm.requantizer.type.range
      // |y| ≤ 2²⁹, and what it may be off.
      let tables = RequantizeTables(
        values.map { $0.scaled(to: root) },
        codes: codes,
        bias: bias,
        range: -(1 << 30)...1 << 30
      )
      method = .fixedPoint(
        NormQuantization.FixedPoint(
          normalized: scratch[0],
          codes: requantize(tables, values.count, cursor, &constants)
        )
      )
    }
    return .norm(
      NormQuantization(
        constants: IntegerNormalizeKernels.Constants(
          isCentered: norm.isCentered,
          epsilon: root.epsilon,
          scaleBits: root.scaleBits,
          rootBits: root.rootBits,
          fractionBits: root.fractionBits
        ),
        left: lefts.allSatisfy { $0 == 0 }
          ? nil : constants.add(lefts.map { UInt8(truncatingIfNeeded: $0) }),
        method: method
      )
    )
  }

  private func exact(
    _ norm: IntegerNorm,
    _ root: FixedPointRoot,
    _ lefts: [Int],
    _ values: [StageParameter],
    _ bias: Int,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) throws(PlanError) -> NormQuantization.Exact {
    let count = nesting.nest.columns
    let type = norm.requantizer.type
    guard type.bits <= 8 else {
      throw .unsupported(
        operation: "norm",
        node: label,
        reason: "comparisons of squares decide codes of at most 8 bits, found \(type)"
      )
    }
    let scaling = try scaling(of: values, root, bias)
    let codes = type.range
    return NormQuantization.Exact(
      weights: constants.add(lefts.map { Int32(truncatingIfNeeded: count << $0) }),
      multipliers: table(scaling.multipliers, cursor, &constants),
      lower: table(scaling.addends, cursor, &constants),
      upper: table(scaling.addends.map { $0 + Int32(scaling.errorMargin) }, cursor, &constants),
      scaling: IntegerNormalizeKernels.CodeScaling(
        shift: scaling.shift,
        errorMargin: scaling.errorMargin,
        limits: Int32(codes.lowerBound + bias)...Int32(codes.upperBound + bias),
        // 31 bits of the root leave 31 for 2 · N · |x · 2^left|.
        isSmall: root.rootBits == 31
      ),
      undecided: scratch[0],
      others: scratch[1],
      lefts: lefts,
      isCentered: norm.isCentered,
      epsilon: norm.epsilon,
      rules: ExactRules(values, &constants),
      rule: table((0..<Int32(clamping: values.count)).map { $0 }, cursor, &constants),
      bias: bias
    )
  }

  private func scaling(
    of values: [StageParameter],
    _ root: FixedPointRoot,
    _ bias: Int
  ) throws(PlanError) -> NormScaling {
    let scaling = NormScaling(
      values.map { $0.scaled(to: root) }.map { ($0.scale, $0.offset, $0.zeroPoint) },
      bias: bias,
      margin: root.bound(count: nesting.nest.columns)
    )
    guard let scaling else {
      let largest = values.map(\.scale.magnitude).max() ?? .zero
      throw .constantOutOfRange(
        what: "multiplier of a norm",
        value: "\(largest.doubleValue)",
        node: label
      )
    }
    return scaling
  }

  func softmax(
    _ softmax: IntegerSoftmax,
    _ bias: Int,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) -> Stage.Operation {
    let values = softmax.parameters?.values ?? []
    let codes = softmax.quantizer.type.range
    let rules = values.map { value in
      let (exponential, table) = exponential(softmax.exponential, value.scale, &constants)
      return SoftmaxQuantization.Rule(
        constants: IntegerSoftmaxKernels.Constants(
          exponential: exponential,
          isNegative: value.scale.isNegative,
          scale: (UInt64(value.step.numerator), UInt64(value.step.denominator)),
          zeroPoint: Int32(value.zeroPoint),
          zeroIsBeforeRounding: softmax.quantizer.placement == .beforeRounding,
          codes: Int32(codes.lowerBound)...Int32(codes.upperBound),
          bias: Int32(bias)
        ),
        table: table
      )
    }
    return .integerSoftmax(
      SoftmaxQuantization(
        rules: rules,
        starts: cursor.starts,
        scratch: scratch[0]
      )
    )
  }

  /// The cheapest form of an exponential that gives the same numbers, and the table that it reads.
  private func exponential(
    _ exponential: IntegerSoftmax.Exponential,
    _ scale: Rational,
    _ constants: inout ConstantPool
  ) -> (form: IntegerSoftmaxKernels.Exponential, table: Region?) {
    if let distances = DistanceTable(exponential(scale: scale.magnitude)) {
      return (.distances(count: distances.words.count), constants.add(distances.words))
    }
    switch exponential {
    case .base2(let fractionBits, let tableBits):
      let base2 = Base2Exponential(
        scale: scale.magnitude,
        fractionBits: fractionBits,
        tableBits: tableBits
      )
      let form = IntegerSoftmaxKernels.Exponential.base2(
        multiplier: UInt32(base2.multiplier),
        shift: base2.shift,
        cap: UInt32(base2.cap),
        fractionBits: fractionBits
      )
      return (form, constants.add(base2.table.map { UInt32($0) }))
    case .base2Product:
      let product = Base2ProductExponential(scale: scale.magnitude)
      let form = IntegerSoftmaxKernels.Exponential.base2Product(
        multiplier: UInt16(product.multiplier),
        shift: product.shift,
        cap: UInt16(product.cap),
        dropped: product.dropped
      )
      let table = Base2ProductExponential.coarse + Base2ProductExponential.fine
      return (form, constants.add(table.map { UInt32($0) }))
    case .shiftmax:
      let shiftmax = ShiftExponential(scale: scale.magnitude)
      return (.shiftmax(x0: Int32(shiftmax.unit), n: shiftmax.range), nil)
    }
  }
}

extension StageParameter {
  /// For normalized values as `root` gives them.
  fileprivate func scaled(to root: FixedPointRoot) -> StageParameter {
    let unit = Rational(1, over: 1 << root.fractionBits)
    return StageParameter(scale: scale * unit, offset: offset, zeroPoint: zeroPoint)
  }
}
