import BigInt
import IntaglioGraph
import IntaglioNumerics

/// The rows of one node.
struct RowList {
  private(set) var rows: [WidthRow] = []
  private let node: String

  init(node: String) { self.node = node }

  /// Adds nothing where there is no range.
  mutating func add(_ quantity: WidthRow.Quantity, _ range: ClosedRange<some BinaryInteger>?) {
    guard let range else { return }
    rows.append(
      WidthRow(
        node: node,
        quantity: quantity,
        range: BigInt(range.lowerBound)...BigInt(range.upperBound)
      )
    )
  }

  /// What `function` computes on the way from `operands` to its result.
  mutating func add(
    _ function: IntegerFunction,
    _ operands: [Broadcast<ClosedRange<Int>>],
    count: Int
  ) {
    switch function {
    case .thresholds(let steps): add(.threshold, Self.thresholds(steps.tables, operands[0]))
    case .lookup: add(.index, Ranges.hull(operands[0]))
    case .scaledSum(let stream):
      let products = stream.products(of: operands).compactMap { $0 }.flatMap(\.values)
      add(.product, Self.hull(products))
      add(.sumBeforeShift, stream.sums(of: operands).flatMap { Self.hull($0.values) })
    case .norm(let norm): add(norm, operands[0], count)
    case .softmax(let softmax):
      let widths = SoftmaxWidths(softmax, of: operands[0], count: count)
      add(.difference, widths.difference)
      add(.exponentProduct, widths.exponentProduct)
      add(.power, widths.power)
      add(.rowSum, widths.sum)
      add(.thresholdProduct, widths.thresholdProduct)
      add(.powerProduct, widths.powerProduct)
    case .rowThresholds(let rows):
      let distances = rows.distances(of: operands[0], count: count)
      add(.difference, Ranges.hull(distances))
      add(.threshold, Self.thresholds(rows.tables, distances))
    case .quotient:
      add(.dividend, Ranges.hull(operands[0]))
      add(.divisor, Ranges.hull(operands[1]))
    }
  }

  private mutating func add(
    _ norm: IntegerNorm,
    _ operand: Broadcast<ClosedRange<Int>>,
    _ count: Int
  ) {
    let widths = NormWidths(norm, of: operand, count: count)
    add(.shiftedValue, Ranges.hull(widths.shifted))
    if norm.isCentered { add(.rowSum, widths.sums) }
    add(.squareSum, widths.squares)
    add(.deviation, Ranges.hull(widths.deviations))
    add(.energy, widths.energy)
    if let root = norm.root(of: operand, count: count) {
      let widths = RootWidths(root, norm, widths)
      add(.scaledEnergy, widths.energy)
      add(.root, widths.root)
      add(.reciprocal, widths.reciprocal)
      add(.deviationProduct, widths.product)
      add(.normalized, widths.normalized)
    }
    if norm.method == .exact {
      let widths = ComparisonWidths(norm, widths)
      add(.squaredDeviation, widths.left)
      add(.squaredTie, widths.right)
    }
  }

  /// The thresholds that lie between two integers of the operand.
  private static func thresholds(
    _ tables: Broadcast<ThresholdTable>,
    _ operand: Broadcast<ClosedRange<Int>>
  ) -> ClosedRange<Int>? {
    let reached = operand.combined(tables) { range, table in
      hull(
        table.thresholds.filter { $0 > range.lowerBound && $0 <= range.upperBound }.map { $0...$0 }
      )
    }
    return reached.flatMap { hull($0.values.compactMap { $0 }) }
  }

  private static func hull<Bound>(_ ranges: [ClosedRange<Bound>]) -> ClosedRange<Bound>? {
    guard let least = ranges.map(\.lowerBound).min(), let greatest = ranges.map(\.upperBound).max()
    else { return nil }
    return least...greatest
  }
}
