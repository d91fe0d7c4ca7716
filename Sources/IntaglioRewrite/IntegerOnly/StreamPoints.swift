public import IntaglioGraph
import IntaglioNumerics

/// The real values between integers that become integer streams.
///
/// Residual sums, what is joined and read by one and by something else, whatever feeds a norm, and
/// norms that something else than a quantizer reads: the places where a model carries real numbers on
/// that no quantizer of its own narrows. Softmax and functions are not among them; a quantizer follows
/// those.
public struct StreamPoints: Sendable {
  /// In the order of computation.
  public let values: [Value]

  public init(_ graph: Graph) {
    let reals = RealRegion(graph)
    var points: Set<Value> = []
    for value in graph.live where reals.isBetween(value) {
      let node = graph[value]
      var averages = node.operation.isNormalization
      if case .mean = node.operation { averages = true }
      if node.operation.additiveSign != nil {
        guard !reals.endsInSoftmax(value), !reals.isQuotient(value), !reals.isAffine(value),
          !reals.isSumOfCodes(value)
        else { continue }
        points.insert(value)
        // A class token in front of embeddings, where no norm reads them.
        let operands = node.operands.map { graph.withoutLayouts($0) }
        points.formUnion(operands.filter { reals.isJoinedStream($0) })
      } else if averages, !graph.averagesCodes(value) {
        points.insert(graph.withoutLayouts(node.operands[0]))
      }
      if node.operation.isNormalization, reals.isReadAsReals(value) { points.insert(value) }
    }
    // What is not real, or no integer decides, is nothing to narrow.
    values = points.filter { reals.isBetween($0) }.sorted()
  }
}

extension Graph {
  /// Whether a norm or a mean is of codes of at most 16 bits and one scale: integers already.
  fileprivate func averagesCodes(_ value: Value) -> Bool {
    guard
      let operand = dequantized(self[value].operands[0]),
      let integer = type(of: operand.codes).integer, integer.bits <= 16,
      operand.dequantizer.scale.uniform?.signum == 1
    else { return false }
    return operand.dequantizer.isShifted(
      withoutChange: self[value].operation.norm?.isCentered ?? true
    )
  }
}

/// The part of a graph that is real, comes from integers and goes to integers.
struct RealRegion {
  private let between: Set<Value>
  private let readers: [Value: [Value]]
  private let graph: Graph

  init(_ graph: Graph) {
    self.graph = graph
    var readers: [Value: [Value]] = [:]
    var fromIntegers: Set<Value> = []
    for value in graph.live {
      let node = graph[value]
      for operand in node.operands { readers[operand, default: []].append(value) }
      if node.operation.isQuantize {
        fromIntegers.insert(value)
      } else if case .input = node.operation, graph.type(of: value).isInteger {
        fromIntegers.insert(value)
      } else if node.operands.contains(where: fromIntegers.contains) {
        fromIntegers.insert(value)
      }
    }
    var toIntegers: Set<Value> = []
    for value in graph.live.reversed() {
      let leads = (readers[value] ?? []).contains {
        graph.type(of: $0).isInteger || toIntegers.contains($0)
      }
      if leads { toIntegers.insert(value) }
    }
    self.readers = readers
    between = Set(
      graph.live.filter {
        !graph.type(of: $0).isInteger && fromIntegers.contains($0) && toIntegers.contains($0)
      }
    )
  }

  /// Whether `value` is real, depends on integers and decides integers.
  func isBetween(_ value: Value) -> Bool { between.contains(value) }

  /// Every real value between integers, in the order of computation.
  var values: [Value] { between.sorted() }

  /// Whether all that reads `value`, through layouts, is softmax or the row exponential.
  func endsInSoftmax(_ value: Value) -> Bool {
    var pending = [value]
    while let next = pending.popLast() {
      let others = readers[next] ?? []
      if others.isEmpty { return false }
      for reader in others {
        if case .layout = graph[reader].operation {
          pending.append(reader)
        } else if !graph[reader].operation.seesDifferences {
          return false
        }
      }
    }
    return true
  }

  /// Whether anything reads `value` but quantizers that stand right behind it, or can be moved there: those
  /// of one scale behind a change of place.
  func isReadAsReals(_ value: Value) -> Bool {
    var pending = [value]
    while let next = pending.popLast() {
      for reader in readers(of: next) {
        switch graph[reader].operation {
        case .layout(.reshape), .layout(.transpose):
          pending.append(reader)
        default:
          guard let affine = graph[reader].operation.affine, graph[reader].operation.isQuantize
          else { return true }
          let isUniform = affine.scale.uniform != nil && affine.zeroPoint.uniform != nil
          guard next == value || isUniform else { return true }
        }
      }
    }
    return false
  }

  /// Whether `value` is a quotient with constants added that only quantizers read: integers of their
  /// own decide its codes.
  func isQuotient(_ value: Value) -> Bool {
    guard readers(of: value).allSatisfy({ graph[$0].operation.isQuantize }) else { return false }
    return graph.withoutAddedConstants(value).map { graph[$0.value].operation } == .divide
  }

  /// Whether `value` is dequantized integers, moved and with constants added that are alike in rows, and
  /// only quantizers read it, through more of these: its codes are a requantization, which is exact.
  func isAffine(_ value: Value) -> Bool {
    var pending = [value]
    while let next = pending.popLast() {
      let others = readers(of: next)
      if others.isEmpty { return false }
      for reader in others where !graph[reader].operation.isQuantize {
        guard affineOperand(of: reader) == next else { return false }
        pending.append(reader)
      }
    }
    var source = value
    while graph.dequantized(source) == nil {
      guard let operand = affineOperand(of: source) else { return false }
      source = operand
    }
    return true
  }

  /// Whether `value` adds one or two dequantized integers and constants, and only quantizers of at most 8 bits
  /// read it: each rounds its codes from a sum of its own.
  func isSumOfCodes(_ value: Value) -> Bool {
    readers(of: value).allSatisfy { reader in
      guard case .quantize(let quantizer) = graph[reader].operation else { return false }
      return quantizer.type.bits <= 8
    } && RealSum(value, in: graph) != nil
  }

  /// What a reshape, a transposition or an added constant is applied to.
  private func affineOperand(of value: Value) -> Value? {
    let node = graph[value]
    switch node.operation {
    case .layout(.reshape), .layout(.transpose): return node.operands[0]
    default:
      guard let sign = node.operation.additiveSign else { return nil }
      let orders = sign > 0 ? [(0, 1), (1, 0)] : [(0, 1)]
      for (kept, other) in orders {
        guard graph.type(of: node.operands[kept]).shape == graph.type(of: value).shape,
          let constant = graph.exactConstant(node.operands[other]), constant.isAlikeInRows
        else { continue }
        return node.operands[kept]
      }
      return nil
    }
  }

  /// Whether `value` is joined of parts, and more than one value reads it.
  func isJoinedStream(_ value: Value) -> Bool {
    if case .concat = graph[value].operation { Set(readers(of: value)).count > 1 } else { false }
  }

  /// The values that take `value` as an operand.
  func readers(of value: Value) -> [Value] { readers[value] ?? [] }
}
