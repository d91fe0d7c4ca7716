import IntaglioGraph
import IntaglioNumerics

/// Lays out what a stage reads beside its operand: numbers per column, in float32 or integers.
struct StageCompiler {
  let nesting: ChainNest
  /// The node, for messages.
  let label: String
  /// Whether a lookup by cells is faster than one through a table.
  let prefersSegments: Bool
  /// What the stage reads.
  private(set) var regions: [Region] = []
  /// Memory of the stage's own, as `Planner` has made it.
  var scratch: [Region] = []
  /// Where a stream counts what saturates.
  var counter = 0

  init(nesting: ChainNest, label: String, prefersSegments: Bool) {
    self.nesting = nesting
    self.label = label
    self.prefersSegments = prefersSegments
  }

  mutating func compile(
    _ stage: ChainDraft.Stage,
    from input: ElementFormat,
    _ cursors: StageCursors,
    _ constants: inout ConstantPool
  ) throws(PlanError) -> Stage.Operation {
    let still = Cursor(starts: [], rowStride: 0, columnStride: 0)
    let cursor = cursors.parameters ?? still
    let values = stage.operation.parameters?.values ?? []
    let bias = stage.output.code?.bias ?? 0
    switch stage.operation {
    case .widen:
      return .widen(input.code ?? CodeFormat(bias: 0, isSigned: true))
    case .dequantize:
      return try dequantize(values, input, cursor, &constants)
    case .quantize(let quantizer):
      return try quantize(values, quantizer, stage.output, cursor, &constants)
    case .requantize(let requantizer, let range):
      let codes = requantizer.type.range
      let tables = RequantizeTables(values, codes: codes, bias: bias, range: range)
      return .requantize(requantize(tables, values.count, cursor, &constants))
    case .function(let function): return .function(function)
    case .softmax: return .softmax
    case .layerNorm(let gamma, let beta, let epsilon):
      return .layerNorm(gamma: row(gamma), beta: row(beta), epsilon: Float(epsilon))
    case .rmsNorm(let gamma, let epsilon):
      return .rmsNorm(gamma: row(gamma), epsilon: Float(epsilon))
    case .real(let operation, let view):
      return .real(operation, place(view, cursors.view ?? still))
    case .integer(let operation, let view):
      return .integer(operation, place(view, cursors.view ?? still))
    case .thresholds(let steps):
      let tables = RequantizeTables(steps.tables.values.map { $0.moved(by: bias) })
      return .requantize(
        requantize(tables, steps.tables.values.count, cursor, &constants)
      )
    case .lookup(let lookup): return self.lookup(lookup, bias, &constants)
    case .scaledSum(let stream, let view):
      let other = view.map { place($0, cursors.view ?? still) }
      return self.stream(stream, other, cursor, &constants)
    case .norm(let norm, let root):
      return try self.norm(norm, root, values, bias, cursor, &constants)
    case .integerSoftmax(let softmax): return self.softmax(softmax, bias, cursor, &constants)
    case .rowExponential: return .rowExponential
    case .rowDistances(let fromLargest): return .rowDistances(fromLargest: fromLargest)
    case .rowLookup(let rows): return rowLookup(rows, bias, cursor, &constants)
    case .quotient(let quotient, let view):
      let divisor = place(view, cursors.view ?? still)
      return try self.quotient(quotient, divisor, values, bias, cursor, &constants)
    }
  }

  private mutating func place(_ view: StridedView, _ cursor: Cursor) -> Place {
    regions.append(view.region)
    return Place(region: view.region, cursor: cursor)
  }

  private mutating func row(_ view: StridedView) -> Table {
    regions.append(view.region)
    let count = nesting.nest.outerCount
    return Table(region: view.region, starts: Array(repeating: view.start, count: count))
  }

  private func dequantize(
    _ values: [StageParameter],
    _ input: ElementFormat,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) throws(PlanError) -> Stage.Operation {
    let bias = input.code?.bias ?? 0
    let scale = table(try values.floats("scale", label) { $0.scale }, cursor, &constants)
    guard values.contains(where: { !$0.offset.isZero }) else {
      let zeros = try values.integers("zero point", label) { $0.zeroPoint + bias }
      return .dequantizeCentered(zero: table(zeros, cursor, &constants), scale: scale)
    }
    let offsets = try values.floats("offset", label) {
      $0.offset - $0.scale * Rational($0.zeroPoint + bias)
    }
    return .dequantizeAffine(scale: scale, offset: table(offsets, cursor, &constants))
  }

  private func quantize(
    _ values: [StageParameter],
    _ quantizer: Quantizer,
    _ output: ElementFormat,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) throws(PlanError) -> Stage.Operation {
    let bias = output.code?.bias ?? 0
    if let far = values.first(where: { abs($0.zeroPoint) >= 1 << 21 }) {
      throw .constantOutOfRange(what: "zero point", value: "\(far.zeroPoint)", node: label)
    }
    // An even zero point commutes with rounding half to even, and then it adds no rounding error.
    let isEven = values.allSatisfy { $0.zeroPoint % 2 == 0 }
    let range = quantizer.type.range
    let quantization = Quantization(
      scale: table(try values.floats("scale", label) { $0.scale }, cursor, &constants),
      zero: table(values.map { Float($0.zeroPoint + bias) }, cursor, &constants),
      limits: Int32(range.lowerBound + bias)...Int32(range.upperBound + bias),
      placement: isEven ? .afterRounding : quantizer.placement
    )
    return output.code == nil ? .quantizeWide(quantization) : .quantize(quantization)
  }

  func requantize(
    _ tables: RequantizeTables,
    _ ruleCount: Int,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) -> Requantization {
    switch tables {
    case .thresholds(let rules):
      let thresholds = rules.map(\.risesAndFalls)
      let rises = thresholds.map(\.rises).paddedWithNever()
      let falls = thresholds.map(\.falls).paddedWithNever()
      return .thresholds(
        ThresholdCounting(
          rising: rises.count,
          rises: table(rows: rises.rows, rises.count, cursor, &constants),
          falling: falls.count,
          falls: table(rows: falls.rows, falls.count, cursor, &constants),
          base: table(rules.map { Int32($0.base) }, cursor, &constants)
        )
      )
    case .dyadic(let rules, let limits):
      return .dyadic(
        DyadicScaling(
          multiplier: table(rules.map { Int32($0.multiplier.multiplier) }, cursor, &constants),
          bias: table(rules.map { Int64($0.multiplier.bias) }, cursor, &constants),
          shift: table(rules.map { Int32($0.multiplier.shift) }, cursor, &constants),
          limits: limits,
          exceptions: exceptions(rules, limits, cursor, &constants)
        )
      )
    case .exact(let rounding):
      let rules = (0..<Int32(clamping: ruleCount)).map { $0 }
      return .exactly(rounding, table(rules, cursor, &constants))
    }
  }

  /// As many rows as the rule with the most exceptions needs; `nil` where no rule has one.
  private func exceptions(
    _ rules: [PatchedMultiplier],
    _ limits: ClosedRange<Int32>,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) -> DyadicScaling.Exceptions? {
    let count = rules.map(\.exceptions.count).max() ?? 0
    guard count > 0 else { return nil }
    let rows = rules.map { rule -> [(value: Int32, code: UInt8)] in
      var row = rule.exceptions.map {
        (value: Int32($0.accumulator), code: UInt8(truncatingIfNeeded: $0.code))
      }
      // A rule that has fewer repeats one, or says what the multiplier says of 0 anyway.
      let code = min(max(rule.multiplier(0), Int(limits.lowerBound)), Int(limits.upperBound))
      let filler = row.last ?? (value: 0, code: UInt8(truncatingIfNeeded: code))
      row += repeatElement(filler, count: count - row.count)
      return row
    }
    return DyadicScaling.Exceptions(
      count: count,
      values: table(rows: rows.map { $0.map(\.value) }, count, cursor, &constants),
      codes: table(rows: rows.map { $0.map(\.code) }, count, cursor, &constants)
    )
  }

  /// One of `values` per column, for every group of outer iterations that need the same ones.
  func table<T: BitwiseCopyable>(
    _ values: [T],
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) -> Table {
    table(rows: values.map { [$0] }, 1, cursor, &constants)
  }

  /// `count` rows of one number per column, block by block of columns; `rows[entry]` holds what each
  /// row takes.
  func table<T: BitwiseCopyable>(
    rows: [[T]],
    _ count: Int,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) -> Table {
    let columns = nesting.nest.columns
    var groups: [Int: Int] = [:]
    var numbers: [T] = []
    let starts = cursor.starts.map { start in
      if let known = groups[start] { return known }
      let group = numbers.count
      groups[start] = group
      for first in stride(from: 0, to: columns, by: nesting.columnsPerBlock) {
        for row in 0..<count {
          for column in first..<min(first + nesting.columnsPerBlock, columns) {
            numbers.append(rows[start + column * cursor.columnStride][row])
          }
        }
      }
      return group
    }
    return Table(region: constants.add(numbers), starts: starts, rows: count)
  }
}

extension [[Int]] {
  /// Thresholds as many as the longest list has, `Int32.max` where a list has no more.
  fileprivate func paddedWithNever() -> (rows: [[Int32]], count: Int) {
    let count = map(\.count).max() ?? 0
    let rows = map { list in
      (0..<count).map { $0 < list.count ? Int32(clamping: list[$0]) : Int32.max }
    }
    return (rows, count)
  }
}

extension [StageParameter] {
  /// One float per entry.
  fileprivate func floats(
    _ what: String,
    _ label: String,
    _ number: (StageParameter) -> Rational
  ) throws(PlanError) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(count)
    for parameter in self {
      let exact = number(parameter)
      let float = exact.floatValue
      guard float.isFinite, float != 0 || exact.isZero else {
        throw .constantOutOfRange(what: what, value: "\(exact.doubleValue)", node: label)
      }
      result.append(float)
    }
    return result
  }

  func integers(
    _ what: String,
    _ label: String,
    _ number: (StageParameter) -> Int
  ) throws(PlanError) -> [Int32] {
    var result: [Int32] = []
    for parameter in self {
      guard let integer = Int32(exactly: number(parameter)) else {
        throw .constantOutOfRange(what: what, value: "\(number(parameter))", node: label)
      }
      result.append(integer)
    }
    return result
  }
}
