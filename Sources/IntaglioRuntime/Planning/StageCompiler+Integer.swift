import IntaglioGraph
import IntaglioNumerics

// What stands in place of reals.

extension StageCompiler {
  func lookup(
    _ lookup: LookupFunction,
    _ bias: Int,
    _ constants: inout ConstantPool
  ) -> Stage.Operation {
    let entries = lookup.entries.map { UInt8(truncatingIfNeeded: $0 + bias) }
    return .lookup(
      first: Int32(lookup.index.range.lowerBound),
      count: entries.count,
      table: constants.add(entries)
    )
  }

  func stream(
    _ stream: StreamSum,
    _ other: Place?,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) -> Stage.Operation {
    let values = stream.parameters?.values ?? []
    func factors(_ index: Int) -> Table {
      table(values.map { Int64($0.multipliers[index]) }, cursor, &constants)
    }
    return .stream(
      StreamSumming(
        factors: factors(0),
        other: other.map { StreamSumming.Other(place: $0, factors: factors(1)) },
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
  ) -> Stage.Operation {
    let count = nesting.nest.columns
    let unit = Rational(1, over: 1 << root.fractionBits)
    let scaled = values.map {
      StageParameter(scale: $0.scale * unit, offset: $0.offset, zeroPoint: $0.zeroPoint)
    }
    let codes = norm.requantizer.type.range
    let margin = root.bound(count: count)
    let quantization: Stage.Operation
    var upper: Stage.Operation?
    // The exact form decides roughly, for it looks again where it is close.
    if norm.method == .exact,
      let nearby = NearbyScaling(scaled, bias: bias, margin: margin)
    {
      quantization = scaling(nearby, \.lower, codes, bias, cursor, &constants)
      upper = scaling(nearby, \.upper, codes, bias, cursor, &constants)
    } else {
      // |y| ≤ 2²⁹, and the margin of the exact form.
      let tables = RequantizeTables(scaled, codes: codes, bias: bias, range: -(1 << 30)...1 << 30)
      quantization = requantize(tables, values.count, cursor, &constants)
    }
    let lefts = norm.left.expanded(over: [count])
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
        normalized: scratch[0],
        rowsPerBlock: nesting.rowsPerBlock,
        codes: quantization,
        exact: norm.method == .exact
          ? NormQuantization.Exact(
            margin: Int32(margin),
            upper: upper,
            others: scratch[1],
            lefts: lefts,
            isCentered: norm.isCentered,
            epsilon: norm.epsilon,
            rules: ExactRules(values, &constants),
            rule: table((0..<Int32(clamping: values.count)).map { $0 }, cursor, &constants),
            bias: bias
          ) : nil
      )
    )
  }

  /// The multiply-and-shift with one of the two addends.
  private func scaling(
    _ nearby: NearbyScaling,
    _ addend: KeyPath<NearbyScaling.Rule, Int>,
    _ codes: ClosedRange<Int>,
    _ bias: Int,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) -> Stage.Operation {
    .requantizeDyadic(
      DyadicScaling(
        multiplier: table(nearby.rules.map { Int32($0.multiplier) }, cursor, &constants),
        bias: table(nearby.rules.map { Int64($0[keyPath: addend]) }, cursor, &constants),
        shift: table(nearby.rules.map { Int32($0.shift) }, cursor, &constants),
        limits: Int32(codes.lowerBound + bias)...Int32(codes.upperBound + bias),
        exceptions: nil
      )
    )
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
    switch exponential {
    case .base2(let fractionBits, let tableBits):
      let base2 = Base2Exponential(
        scale: scale.magnitude,
        fractionBits: fractionBits,
        tableBits: tableBits
      )
      if let distances = DistanceTable(base2) {
        return (.distances(count: distances.words.count), constants.add(distances.words))
      }
      let form = IntegerSoftmaxKernels.Exponential.base2(
        multiplier: UInt32(base2.multiplier),
        shift: base2.shift,
        cap: UInt32(base2.cap),
        fractionBits: fractionBits
      )
      return (form, constants.add(base2.table.map { UInt32($0) }))
    case .shiftmax:
      let shiftmax = ShiftExponential(scale: scale.magnitude)
      return (.shiftmax(x0: Int32(shiftmax.unit), n: shiftmax.range), nil)
    }
  }
}
