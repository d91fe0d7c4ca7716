import IntaglioGraph
import IntaglioRewrite

/// Which part of a network becomes hardware; counted from 0.
public enum HardwarePart: Hashable, Sendable, CustomStringConvertible {
  /// From one residual stream to the next, with a softmax in between.
  case attention(Int)
  /// From one residual stream to the next, without.
  case mlp(Int)
  /// Both of a block.
  case block(Int)
  /// From the quantized image to the accumulators of the logits.
  case network

  /// `attention:0`, `mlp:3`, `block:11`, `network`.
  public init?(_ text: String) {
    if text == "network" {
      self = .network
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[1]), number >= 0 else { return nil }
    switch parts[0] {
    case "attention": self = .attention(number)
    case "mlp": self = .mlp(number)
    case "block": self = .block(number)
    default: return nil
    }
  }

  public var description: String {
    switch self {
    case .attention(let number): "attention:\(number)"
    case .mlp(let number): "mlp:\(number)"
    case .block(let number): "block:\(number)"
    case .network: "network"
    }
  }
}

/// Why a program has no such part, or the part no machine.
public enum HardwareError: Error, Sendable, CustomStringConvertible {
  /// The program is not integer-only.
  case realValues(model: String, reason: String)
  case noPart(HardwarePart, found: [HardwarePart])
  /// A layer of two products whose sums no residual stream takes one after the other.
  case olderProgram(HardwarePart, node: String)

  public var description: String {
    switch self {
    case .realValues(let model, let reason):
      "\(model): \(reason)\nreal values stand between its integers, and hardware has none; "
        + "add --arithmetic integer-only, or give a program made with it"
    case .olderProgram(let part, let node):
      "\(part): \(node) adds streams without a product, as programs of earlier versions do; make the program anew with "
        + "'quantize' or 'integerize', or leave outlier channels out ('quantize --without outlier-channels')"
    case .noPart(let part, let found):
      "the program has no \(part); it has "
        + (found.isEmpty
          ? "no residual streams with a softmax between them"
          : found.map(\.description).joined(separator: ", "))
    }
  }
}

/// The residual streams of a program, and what lies between them.
struct ResidualStreams {
  private let attentions: [(from: Value, to: Value)]
  private let mlps: [(from: Value, to: Value)]
  /// The first codes and the last integers.
  private let network: (from: Value, to: Value)?
  /// The first sum of two streams, or of two products.
  let foreignSum: Value?

  init(_ graph: Graph, logits: String?) {
    let codes = graph.live.first { graph[$0].operation.isQuantize }
    var last = (try? graph.logits(logits)).map { graph.outputs[$0.index].value }
    while let value = last, !graph.type(of: value).isInteger {
      last = graph[value].operands.first
    }
    network = codes.flatMap { codes in last.map { (codes, $0) } }
    let joined = graph.live.filter { value in
      guard case .integer(.scaledSum(let stream)) = graph[value].operation else { return false }
      return stream.multipliers.count == 2
    }
    let sums = joined.filter { sum in
      graph[sum].operands.map { graph.isOfProduct($0) } == [true, false]
    }
    foreignSum = joined.first { !sums.contains($0) }
    var attentions: [(Value, Value)] = []
    var mlps: [(Value, Value)] = []
    let partial = graph.partialSums(sums)
    for sum in sums where !partial.contains(sum) {
      var stream = graph[sum].operands[1]
      while partial.contains(stream) { stream = graph[stream].operands[1] }
      if graph.hasSoftmax(from: stream, to: sum) {
        attentions.append((stream, sum))
      } else {
        mlps.append((stream, sum))
      }
    }
    (self.attentions, self.mlps) = (attentions, mlps)
  }

  /// Where `part` begins and ends; `nil` when there is none.
  func ends(of part: HardwarePart) -> (from: Value, to: Value)? {
    switch part {
    case .attention(let number):
      return attentions.indices.contains(number) ? attentions[number] : nil
    case .mlp(let number):
      return mlps.indices.contains(number) ? mlps[number] : nil
    case .block(let number):
      guard attentions.indices.contains(number) else { return nil }
      let attention = attentions[number]
      return mlps.first { $0.from == attention.to }.map { (attention.from, $0.to) }
    case .network: return network
    }
  }

  var parts: [HardwarePart] {
    attentions.indices.map { .attention($0) } + mlps.indices.map { .mlp($0) }
      + attentions.indices.map { .block($0) }.filter { ends(of: $0) != nil }
      + (network == nil ? [] : [.network])
  }
}

extension Graph {
  /// Whether `value` is a product of matrices, moved and with integers added.
  fileprivate func isOfProduct(_ value: Value) -> Bool {
    var value = value
    while true {
      switch self[value].operation {
      case .matmul: return true
      case .layout: value = self[value].operands[0]
      case let operation where operation.additiveSign != nil: value = self[value].operands[0]
      default: return false
      }
    }
  }

  /// Those of `sums` that nothing but another one reads, as its older stream: layers of two products add
  /// one after the other.
  fileprivate func partialSums(_ sums: [Value]) -> Set<Value> {
    var readers: [Value: Set<Value>] = [:]
    for value in live {
      for operand in self[value].operands { readers[operand, default: []].insert(value) }
    }
    let known = Set(sums)
    return known.filter { sum in
      guard let readers = readers[sum], !outputs.contains(where: { $0.value == sum }) else {
        return false
      }
      return readers.allSatisfy { known.contains($0) && self[$0].operands[1] == sum }
    }
  }

  /// Whether a softmax lies between `stream` and `sum`.
  fileprivate func hasSoftmax(from stream: Value, to sum: Value) -> Bool {
    var seen: Set<Value> = [stream]
    var open = [sum]
    while let value = open.popLast() {
      guard seen.insert(value).inserted else { continue }
      switch self[value].operation {
      case .integer(.softmax), .integer(.rowThresholds): return true
      default: break
      }
      open += self[value].operands
    }
    return false
  }
}
