import BigInt
import IntaglioNumerics

extension NormQuantizer {
  private var wide: Signal { Signal("wide_q", widths.wide) }
  /// Three times the same.
  private var triple: Signal { Signal("triple_q", .unsigned(widths.wide.bits + 2)) }
  private var hasTriple: Bool { digit > 1 }
  private var factor: Signal { Signal("factor_q", widths.factor) }
  private var operand: Signal { Signal("operand", widths.wide) }
  private var loads: Signal { Signal("loads", .bit) }
  /// A multiplication begins in the next cycle; a bit for every cycle since one did.
  private var begun: Signal { Signal("begun_q", .unsigned(timing.stages + 1)) }
  /// The digits of a product below what came out last.
  private var low: Signal { Signal("low_q", .unsigned(max(1, (timing.mostTurns - 1) * digit))) }
  private var hasLow: Bool { timing.mostTurns > 1 }
  /// d² from when it comes out on.
  private var square: Signal { Signal("square_q", widths.product(.deviation)) }

  /// One multiplication after the other: wide * factor, from the factor's lowest digit on.
  ///
  /// What comes out of a cycle is above the digits that are done, so it is added one digit lower.
  func multiplier() -> [Verilog.Section] {
    var pipeline = Pipeline()
    pipeline.append(operands())
    let sum = SumTree.sum(groups(&pipeline), "sum", &pipeline)
    pipeline.append(accumulation(sum, &pipeline))
    return pipeline.sections
  }

  /// |x|, |S| or |d|, and what is multiplied next.
  private func operands() -> Verilog.Section {
    let subject = Signal("subject", .signed(size.type.bits))
    let none = Expression.literal(0, subject.type)
    let sum = parameters.isCentered ? fitted(self.sum, subject.type) : none
    let magnitude = (none - subject.value)
      .when(subject.value.isLess(than: none), otherwise: subject.value)
    let square = fitted(
      timing.takesSquareAtOnce ? product(.deviation) : self.square,
      operand.type
    )
    let isEnergy = isIn(.deviation) | isIn(.curve) | isIn(.slope)
    let threefold = Signal("threefold", triple.type)
    let double = Expression.shift(.left, fitted(operand, triple.type), by: .bit(true))
    return Verilog.Section(
      "What is multiplied next: the size of an element, of the sum or of a deviation with itself, the square "
        + "of a deviation or the energy with a constant; three times the first operand for two bits of the "
        + "other one.",
      wires: [subject, operand, loads] + (hasTriple ? [threefold] : []),
      registers: [size, sized, wide, factor] + (hasTriple ? [triple] : []),
      [
        .assign(
          subject.reference,
          fitted(element, subject.type).when(
            taken.value,
            otherwise: sum.when(isIn(.settling), otherwise: fitted(deviation, subject.type))
          )
        ),
        .assign(loads.reference, sized.value | isLast.value),
        .assign(
          operand.reference,
          fitted(energy, operand.type).when(
            isEnergy,
            otherwise: square.when(
              isIn(beforeLeft),
              otherwise: fitted(size, operand.type)
            )
          )
        ),
      ]
        + (hasTriple
          ? [.assign(threefold.reference, fitted(operand, triple.type) + double)] : [])
        + [
          ClockedPorts.clocked([
            .assign(size.reference, magnitude.asUnsigned),
            .when(
              loads.value,
              [.assign(wide.reference, operand.value)]
                + (hasTriple ? [.assign(triple.reference, threefold.value)] : [])
            ),
            factorStep,
          ]),
          ClockedPorts.clocked(
            reset: [sized.cleared],
            [.assign(sized.reference, taken.value)]
          ),
        ]
    )
  }

  /// The factor of the next multiplication, or the next digit of this one.
  private var factorStep: Verilog.Statement {
    func load(_ signal: Signal) -> [Verilog.Statement] {
      [.assign(factor.reference, fitted(signal, factor.type))]
    }
    let places = Expression.literal(digit, .address(of: digit + 1))
    return .when(
      loads.value,
      [
        .select(
          state.value,
          [
            .init(State.deviation.value, load(constant(.curve))),
            .init(State.curve.value, load(constant(.slope))),
            .init(State.slope.value, load(constant(.base))),
            .init(beforeLeft.value, load(keptFactor)),
          ],
          otherwise: load(size)
        )
      ],
      otherwise: hasLow ? [.assign(factor.reference, .shift(.right, factor.value, by: places))] : []
    )
  }

  /// This cycle's digit times wide: four bits of it at a time, two of them by selection.
  private func groups(_ pipeline: inout Pipeline) -> [SumTree.Term] {
    stride(from: 0, to: digit, by: 4).enumerated().map { index, first in
      let bits = min(4, digit - first)
      let range = 0...widths.wide.range.upperBound * ((1 << bits) - 1)
      let type = SumTree.type(range)
      let product =
        bits > 2
        ? selected(first, 2, type)
          + .shift(.left, selected(first + 2, bits - 2, type), by: .literal(2, .unsigned(2)))
        : selected(first, bits, type)
      let group = pipeline.register(
        "group_\(index)",
        type,
        "\(wide.name) times bits of the factor from \(first) on.",
        product
      )
      return SumTree.Term(number: group, place: first, range: range)
    }
  }

  /// `wide` times one or two bits of the factor.
  private func selected(
    _ first: Int,
    _ count: Int,
    _ type: Verilog.SignalType
  ) -> Expression {
    func bit(_ index: Int) -> Expression {
      factor.reference.slice(Verilog.Affine(index), bits: 1).value
    }
    func number(_ signal: Signal) -> Expression { signal.reference.extended(to: type) }
    let none = Expression.literal(0, type)
    let one = number(wide).when(bit(first), otherwise: none)
    guard count > 1 else { return one }
    let double = Expression.shift(.left, number(wide), by: .bit(true))
    return number(triple).when(bit(first), otherwise: double)
      .when(bit(first + 1), otherwise: one)
  }

  private var product: Signal { Signal("product", partial.type) }
  private var earlierProduct: Signal { Signal("earlier_product", partial.type) }
  private var addition: BlockSum {
    BlockSum(partial, product, earlierProduct, carry: .bit(false))
  }
  /// What is there in part only.
  var unusedProducts: [Signal] { [high] + (hasLow ? [partial] + addition.unused : []) }

  /// The digits' products above each other.
  private func accumulation(
    _ sum: SumTree.Term,
    _ pipeline: inout Pipeline
  ) -> Verilog.Section {
    let isSquare = timing.takesSquareAtOnce ? nil : arrival(of: .deviation)
    let fresh = pipeline.lowest(partial.type.bits, of: sum.number)
    let squaring: [Verilog.Statement] =
      isSquare.map {
        [.when($0, [.assign(square.reference, product(.deviation).value)])]
      } ?? []
    let stays: [Verilog.Item] = squaring.isEmpty ? [] : [ClockedPorts.clocked(squaring)]
    let squares = squaring.isEmpty ? [] : [square]
    guard hasLow else {
      return Verilog.Section(
        "A product is there \(timing.depth) cycles after its digit.",
        wires: [high],
        registers: squares,
        [.assign(high.reference, fresh)] + stays
      )
    }
    let carried = high.reference.slice(Verilog.Affine(digit), bits: widths.wide.bits)
      .extended(to: partial.type)
    let addition = self.addition
    let isFirst = begun.reference.slice(Verilog.Affine(timing.stages), bits: 1).value
    let earlier = begun.reference.slice(0, bits: timing.stages).value
    return Verilog.Section(
      "A product is there \(timing.depth) cycles after its last digit: \(digit) bits of a factor a cycle, the "
        + "lowest first.",
      wires: [product, earlierProduct] + addition.wires,
      registers: [begun, high, low] + squares,
      [
        .assign(product.reference, fresh),
        .assign(
          earlierProduct.reference,
          Expression.literal(0, partial.type).when(isFirst, otherwise: carried)
        ),
      ] + addition.items + [
        ClockedPorts.clocked([
          .assign(begun.reference, .concatenation([earlier, loads.value])),
          .assign(high.reference, partial.value), lowStep,
        ])
      ] + stays
    )
  }

  /// The digits that are done move down.
  private var lowStep: Verilog.Statement {
    let digits = high.reference.slice(0, bits: digit).value
    let rest = low.type.bits - digit
    let kept = low.reference.slice(Verilog.Affine(digit), bits: max(1, rest)).value
    return .assign(low.reference, rest > 0 ? .concatenation([digits, kept]) : digits)
  }

  /// A product, the highest part of which has come out, the lowest digits in low.
  private func done(_ product: NormProduct) -> Expression {
    var bits = widths.product(product).bits
    var pieces: [Expression] = []
    // From the lowest digit on; the first ones have moved down from the top of low.
    let below = timing.turns(product) - 1
    if below > 0 {
      let count = min(bits, below * digit)
      let from = low.type.bits - below * digit
      pieces.append(low.reference.slice(Verilog.Affine(from), bits: count).value)
      bits -= count
    }
    if bits > 0 {
      pieces.append(high.reference.slice(0, bits: min(bits, high.type.bits)).value)
    }
    return pieces.count == 1 ? pieces[0] : .concatenation(pieces.reversed())
  }

  /// The products in the cycle in which they come out.
  func products() -> Verilog.Section {
    let kept: [NormProduct] =
      [.element] + (parameters.isCentered ? [.sum] : []) + [
        .deviation, .curve, .slope, .base, .left,
      ]
    return Verilog.Section(
      "What was multiplied: what came out last above the digits that were done before.",
      wires: kept.map(product),
      kept.map { .assign(product($0).reference, done($0)) }
    )
  }
}
