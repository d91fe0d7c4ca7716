import BigInt
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

/// The integers on the way from the operands of a node to its result, computed anew from the
/// equations.
struct Intermediates {
  private(set) var found: [WidthRow.Quantity: [BigInt]] = [:]

  init(_ graph: Graph, _ value: Value, _ operands: [[Int]]) {
    let shape = graph.type(of: value).shape
    let width = shape.last ?? 1
    if graph[value].operation == .matmul {
      let depth = graph.type(of: graph[value].operands[0]).shape.last ?? 1
      addPrefixes(operands, depth: depth, width: width)
    }
    guard case .integer(let function) = graph[value].operation else { return }
    switch function {
    case .thresholds: break
    case .lookup: add(.index, operands[0])
    case .scaledSum(let stream): add(stream, operands, shape)
    case .norm(let norm):
      for start in stride(from: 0, to: operands[0].count, by: width) {
        add(norm, Array(operands[0][start..<start + width]))
      }
    case .rowThresholds(let rows):
      for start in stride(from: 0, to: operands[0].count, by: width) {
        let scores = operands[0][start..<start + width]
        let extreme = (rows.fallsFromLargest ? scores.max() : scores.min()) ?? 0
        add(.difference, scores.map { abs($0 - extreme) })
      }
    case .quotient:
      add(.dividend, operands[0])
      add(.divisor, operands[1])
    case .softmax(let softmax):
      let scales = softmax.scale.expanded(over: shape.dropLast() + [1])
      for (row, start) in stride(from: 0, to: operands[0].count, by: width).enumerated() {
        add(softmax, scales[row], Array(operands[0][start..<start + width]))
      }
    }
  }

  /// Row times column in the order of depth, every prefix of it.
  private mutating func addPrefixes(_ operands: [[Int]], depth: Int, width: Int) {
    let (a, b) = (operands[0], operands[1])
    for row in 0..<a.count / depth {
      for column in 0..<width {
        var sum = 0
        for k in 0..<depth {
          sum += a[row * depth + k] * b[k * width + column]
          add(.partialSum, [sum])
        }
      }
    }
  }

  private mutating func add(_ quantity: WidthRow.Quantity, _ integers: [some BinaryInteger]) {
    found[quantity, default: []] += integers.map { BigInt($0) }
  }

  private mutating func add(_ stream: ScaledSum, _ operands: [[Int]], _ shape: [Int]) {
    var sums = stream.offset.expanded(over: shape)
    for (operand, multiplier) in zip(operands, stream.multipliers) {
      let products = zip(operand, multiplier.expanded(over: shape)).map { $0 * $1 }
      add(.product, products)
      sums = zip(sums, products).map { $0 + $1 }
    }
    add(.sumBeforeShift, sums)
  }

  private mutating func add(_ norm: IntegerNorm, _ elements: [Int]) {
    let shifted = zip(elements, norm.left.expanded(over: [elements.count])).map { $0 << $1 }
    let row = NormalizedRow(shifted, isCentered: norm.isCentered)
    add(.shiftedValue, shifted)
    if norm.isCentered { add(.rowSum, [shifted.reduce(0, +)]) }
    add(.squareSum, [shifted.reduce(0) { $0 + $1 * $1 }])
    add(.deviation, row.deviations)
    add(.energy, [row.energy])
    switch norm.method {
    case .exact: addSquares(norm, row)
    case .fixedPoint(let root):
      add(.scaledEnergy, [(row.energy << root.scaleBits) + BigInt(root.epsilon)])
      add(.normalized, root(row))
    }
  }

  /// Both sides of (20) for every code, as ratios brought to the one denominator.
  private mutating func addSquares(_ norm: IntegerNorm, _ row: NormalizedRow) {
    let count = row.deviations.count
    let quantizer = norm.requantizer
    let energy = row.energy(withEpsilon: norm.epsilon)
    let epsilon = norm.epsilon * Rational(count) * Rational(count)
    for column in 0..<count {
      let m = quantizer.multiplier.expanded(over: [count])[column]
      let b = quantizer.offset.expanded(over: [count])[column]
      let z = quantizer.zeroPoint.expanded(over: [count])[column]
      let divisor = m.denominator.greatestCommonDivisor(with: b.denominator)
      let common = Rational(2 * m.denominator * b.denominator / divisor)
      let unit = common * common * Rational(epsilon.denominator)
      let left = m * Rational(row.deviations[column])
      add(.squaredDeviation, [(left * left * unit).numerator])
      for code in quantizer.type.range.dropFirst() {
        let right = Rational(2 * (code - z) - 1, over: 2) - b
        add(.squaredTie, [(right * right * energy * unit).numerator])
      }
    }
  }

  private mutating func add(_ softmax: IntegerSoftmax, _ scale: Rational, _ scores: [Int]) {
    let extreme = (scale.isNegative ? scores.min() : scores.max()) ?? 0
    let differences = scores.map { abs($0 - extreme) }
    let exponential = softmax.exponential(scale: scale.magnitude)
    let powers = differences.map { exponential($0) }
    add(.difference, differences)
    add(.power, powers)
    add(.rowSum, [powers.reduce(0, +)])
    if let base2 = exponential as? Base2Exponential {
      add(.exponentProduct, differences.map { min($0, base2.cap) * base2.multiplier })
    }
    if let product = exponential as? Base2ProductExponential {
      add(.exponentProduct, differences.map { product.reduced($0) * product.multiplier })
    }
  }
}
