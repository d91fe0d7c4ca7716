import IntaglioGraph
import IntaglioNumerics

// What takes the place of reals, with every method and parameters of every sign.

extension RandomGraph {
  mutating func addIntegerFunction(_ kind: Kind) throws(GraphError) {
    let value = operand(integer: true)
    let shape = graph.type(of: value).shape
    var operands = [value]
    let function: IntegerFunction
    switch kind {
    case .thresholds: function = .thresholds(multiThreshold(over: shape))
    case .lookup: function = .lookup(lookup(graph.type(of: value).integer ?? .i8))
    case .norm: function = .norm(norm(over: shape))
    case .integerSoftmax: function = .softmax(softmax(over: shape))
    case .rowThresholds: function = .rowThresholds(rowThresholds(over: shape))
    case .quotient:
      operands.append(try append(.sum(axis: shape.count - 1), [value]))
      function = .quotient(quotient(over: shape))
    default:
      if Bool.random(using: &random) { operands.append(try requantize(value)) }
      function = .scaledSum(stream(over: shape, operands: operands.count))
    }
    pool.append(try append(.integer(function), operands))
  }

  /// Tables of up to nine thresholds that rise and fall, some always or never reached.
  private mutating func multiThreshold(over shape: [Int]) -> MultiThreshold {
    let rises = Bool.random(using: &random)
    return MultiThreshold(.i(5), tables: broadcast(over: shape) { $0.table(rises: rises) })
  }

  private mutating func table(rises: Bool) -> ThresholdTable {
    var table: ThresholdTable?
    while table == nil {
      let thresholds = (0..<Int.random(in: 0...9, using: &random)).map { _ in
        pick([
          Int(Int32.min), ThresholdTable.never, .random(in: -20...20, using: &random),
        ])
      }
      let steps = thresholds.map { _ in rises ? 1 : pick([1, -1]) }
      let base = rises ? -8 : Int.random(in: -3...3, using: &random)
      table = try? ThresholdTable(base: base, thresholds: thresholds.sorted(), steps: steps)
    }
    return table ?? ThresholdTable(multiplier: 1, offset: 0, zeroPoint: 0, codes: 0...1)
  }

  private mutating func rowThresholds(over shape: [Int]) -> RowThresholds {
    let rises = Bool.random(using: &random)
    return RowThresholds(
      .i(5),
      tables: rows(of: shape) { $0.table(rises: rises) },
      fallsFromLargest: Bool.random(using: &random)
    )
  }

  private mutating func quotient(over shape: [Int]) -> Quotient {
    Quotient(
      Requantizer(
        pick([.i(3), .u(4), .i8]),
        multiplier: broadcast(over: shape) { $0.powerOfTwo() * 3 },
        offset: broadcast(over: shape) { Bool.random(using: &$0.random) ? .zero : $0.powerOfTwo() },
        zeroPoint: zeroPoint(over: shape)
      )
    )
  }

  /// One number, or one for each row of the last but one axis.
  private mutating func rows<T>(
    of shape: [Int],
    _ make: (inout RandomGraph) -> T
  ) -> Broadcast<T> {
    guard Bool.random(using: &random) else { return Broadcast(make(&self)) }
    let count = shape[shape.count - 2]
    return Broadcast(
      (0..<count).map { _ in make(&self) },
      axis: shape.count - 2,
      rank: shape.count
    )
  }

  private mutating func lookup(_ index: IntegerType) -> LookupFunction {
    let type = pick([IntegerType.i(3), .u(4), .i8])
    let entries = index.range.map { _ in Int.random(in: type.range, using: &random) }
    return LookupFunction(type, index: index, entries: entries)
  }

  private mutating func stream(over shape: [Int], operands: Int) -> ScaledSum {
    let wide = Bool.random(using: &random)
    return ScaledSum(
      pick([.i(4), .i(7)]),
      multipliers: (0..<operands).map { operand in
        broadcast(over: shape) {
          let limit = wide && operand > 0 ? 1 << 40 : 1 << 30
          return Int.random(in: -limit...limit, using: &$0.random)
        }
      },
      offset: broadcast(over: shape) { Int.random(in: -(1 << 50)...1 << 50, using: &$0.random) },
      shift: broadcast(over: shape) { Int.random(in: 28...50, using: &$0.random) }
    )
  }

  private mutating func norm(over shape: [Int]) -> IntegerNorm {
    let epsilon = pick([Rational(1, over: 3), Rational(1, over: 1 << 30), 7])
    let width = shape.last ?? 1
    let root = FixedPointRoot(count: width, bound: 255 << 3, epsilon: epsilon)
    let usesRoot = Bool.random(using: &random)
    return IntegerNorm(
      isCentered: Bool.random(using: &random),
      left: Bool.random(using: &random)
        ? Broadcast(0)
        : Broadcast((0..<width).map { _ in Int.random(in: 0...3, using: &random) }, shape: [width]),
      epsilon: epsilon,
      method: usesRoot ? root.map { .fixedPoint($0) } ?? .exact : .exact,
      requantizer: Requantizer(
        pick([.i(3), .u(4), .i8]),
        multiplier: broadcast(over: shape) {
          Bool.random(using: &$0.random) ? .zero : $0.powerOfTwo() * 3
        },
        offset: broadcast(over: shape) { $0.powerOfTwo() },
        zeroPoint: zeroPoint(over: shape)
      )
    )
  }

  private mutating func softmax(over shape: [Int]) -> IntegerSoftmax {
    let isBase2 = Bool.random(using: &random)
    return IntegerSoftmax(
      scale: rows(of: shape) { $0.powerOfTwo() },
      exponential: isBase2
        ? pick([
          .base2(fractionBits: pick([0, 4, 8]), tableBits: pick([8, 16])), .base2Product,
        ]) : .shiftmax,
      quantizer: Quantizer(
        pick([.u(4), .u8, .i(3)]),
        scale: rows(of: shape) { $0.powerOfTwo().magnitude },
        zeroPoint: rows(of: shape) { Int.random(in: -3...3, using: &$0.random) },
        placement: pick([.afterRounding, .beforeRounding])
      )
    )
  }
}
