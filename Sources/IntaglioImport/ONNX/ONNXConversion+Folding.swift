import IntaglioGraph

extension ONNXConversion {
  /// What `convert` makes of constants, computed at once by the oracle.
  ///
  /// The node is converted into a graph of its own; what that graph means takes its place. Where it holds
  /// codes (a quantized weight stays one), has no value, or is too much work, the node stays in the graph.
  mutating func folded(
    _ call: ONNXCall,
    _ convert: ONNXOperators.Conversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    var alone = self
    alone.begin()
    let results = try convert(call, &alone)
    if let known = alone.evaluated(results, call) {
      take(from: alone)
      return known
    }
    return try convert(call, &self)
  }

  /// `results` as constants; `nil` where that is not possible.
  private mutating func evaluated(_ results: [ONNXOperand], _ call: ONNXCall) -> [ONNXOperand]? {
    var wanted: [Value] = []
    for result in results {
      switch result {
      case .constant: continue
      case .computed(let value): wanted.append(value)
      case .relative, .dynamic: return nil
      }
    }
    if wanted.isEmpty { return results }
    var whole = graph
    for value in wanted { whole.addOutput("\(value.index)", value) }
    let type = call.operands.lazy.compactMap { operand -> ONNXElementType? in
      if case .constant(let constant)? = operand, constant.type.isReal {
        constant.type
      } else {
        nil
      }
    }
    .first
    guard let type, spend(whole), let oracle = try? Oracle<Double>(whole),
      let found = try? oracle.run([:])
    else { return nil }
    var known: [ONNXOperand] = []
    for result in results {
      guard case .computed(let value) = result else {
        known.append(result)
        continue
      }
      let shape = graph.type(of: value).shape
      guard let reals = found["\(value.index)"]?.reals,
        let constant = try? ConstantCast(call.node).constant(reals, type, shape)
      else { return nil }
      known.append(.constant(constant))
    }
    return known
  }

  /// The numbers that `operand` is, codes of constants among them; `nil` where it depends on the model's input.
  func knownReals(_ operand: ONNXOperand) -> [Double]? {
    switch operand {
    case .constant(let constant): return constant.doubles
    case .relative, .dynamic: return nil
    case .computed(let value):
      guard !graph.dependsOnInput(value), graph.type(of: value).count <= 1 << 16 else { return nil }
      var alone = graph
      alone.addOutput("known", value)
      let values = try? Oracle<Double>(alone).values([value], of: [:])
      return values?[value]?.reals
    }
  }

  /// Whether everything in `graph` is of reals and not too much work, which is taken from the budget then.
  private mutating func spend(_ graph: Graph) -> Bool {
    var work = 0
    for value in graph.live {
      let node = graph[value]
      guard graph.type(of: value).integer == nil else { return false }
      let count = graph.type(of: value).count
      let depth: Int
      if node.operation == .matmul {
        depth = graph.type(of: node.operands[0]).shape.last ?? 1
      } else if case .convolution = node.operation {
        depth = graph.type(of: node.operands[1]).shape.dropFirst().reduce(1, *)
      } else {
        depth = 1
      }
      // Neither factor is above 2³¹.
      work += max(1, depth) * count
      guard work <= self.work else { return false }
    }
    return take(work: work)
  }
}

extension ONNXCall {
  /// Whether nothing that this node reads depends on the model's input; a node that reads nothing has no need.
  var isKnown: Bool {
    let given = operands.compactMap { $0 }
    return !given.isEmpty
      && given.allSatisfy { if case .constant = $0 { true } else { false } }
  }
}
