import IntaglioGraph
import IntaglioNumerics

extension CWriter {
  /// The lines that compute `value`.
  ///
  /// - Throws: `ExportError`, naming the node.
  mutating func statements(_ value: Value) throws(ExportError) -> [String] {
    switch graph[value].operation {
    case .layout(let layout): return moved(value, layout)
    case .concat(let axis): return joined(value, axis)
    case .matmul: return try product(value)
    case .add: return arithmetic(value, "+")
    case .subtract: return arithmetic(value, "-")
    case .multiply: return arithmetic(value, "*")
    case .sum(let axis): return sum(value, axis)
    case .requantize(let requantizer): return try requantize(value, requantizer)
    case .integer(let function): return try statements(value, function)
    case .convolution:
      throw refusal(value, "a convolution of integers", "use patches that do not overlap")
    case .input, .constant, .divide, .mean, .function, .softmax, .rowExponential, .layerNorm,
      .rmsNorm, .quantize, .dequantize:
      throw refusal(
        value,
        "\(graph[value].operation.name) between integers",
        "make a program of nothing but integers"
      )
    }
  }

  private mutating func statements(
    _ value: Value,
    _ function: IntegerFunction
  ) throws(ExportError) -> [String] {
    switch function {
    case .thresholds(let steps): return try search(value, steps.tables)
    case .lookup(let lookup): return self.lookup(value, lookup)
    case .scaledSum(let sum): return try scaledSum(value, sum)
    case .norm(let norm): return try self.norm(value, norm)
    case .softmax(let softmax): return try self.softmax(value, softmax)
    case .rowThresholds(let rows): return try rowThresholds(value, rows)
    case .quotient(let quotient): return try self.quotient(value, quotient)
    }
  }

  /// How far an operand of `value` that stretches over it advances along each axis.
  private func steps(_ operand: Value, over value: Value) -> [Int] {
    Shape.broadcastStrides(from: shape(operand), to: shape(value))
  }

  func steps<Element>(_ numbers: Broadcast<Element>, over value: Value) -> [Int] {
    Shape.broadcastStrides(from: numbers.shape, to: shape(value))
  }

  func own(_ value: Value) -> [Int] { Shape.strides(shape(value)) }

  // MARK: Moves

  private func moved(_ value: Value, _ layout: Layout) -> [String] {
    let source = operand(value)
    let strides = Shape.strides(shape(source))
    var (steps, start) = (strides, 0)
    switch layout {
    case .reshape: break
    case .transpose(let permutation): steps = permutation.map { strides[$0] }
    case .slice(let axis, let first, _): start = first * strides[axis]
    case .broadcast(let target):
      steps = Shape.broadcastStrides(from: shape(source), to: target)
    }
    if case .reshape = layout { steps = own(value) }
    let nest = LoopNest(shape(value), [own(value), steps])
    let place = start == 0 ? nest.place(1) : "\(start) + \(nest.place(1))"
    return [pointer("a", source), pointer("r", value, isResult: true)]
      + nest.lines(["r[\(nest.place(0))] = a[\(place)];"])
  }

  private func joined(_ value: Value, _ axis: Int) -> [String] {
    let strides = own(value)
    var lines = [pointer("r", value, isResult: true)]
    var start = 0
    for (index, part) in graph[value].operands.enumerated() {
      let nest = LoopNest(shape(part), [strides, own(part)])
      lines.append(pointer("a\(index)", part))
      lines += nest.lines(["r[\(start) + \(nest.place(0))] = a\(index)[\(nest.place(1))];"])
      start += shape(part)[axis] * strides[axis]
    }
    return lines
  }

  // MARK: Sums and products

  private func arithmetic(_ value: Value, _ sign: String) -> [String] {
    let (a, b) = (operand(value), operand(value, 1))
    let nest = LoopNest(
      shape(value),
      [own(value), steps(a, over: value), steps(b, over: value)]
    )
    return [pointer("a", a), pointer("b", b), pointer("r", value, isResult: true)]
      + nest.lines([
        "r[\(nest.place(0))] = (int32_t)a[\(nest.place(1))] \(sign) b[\(nest.place(2))];"
      ])
  }

  private func sum(_ value: Value, _ axis: Int) -> [String] {
    let source = operand(value)
    let strides = Shape.strides(shape(source))
    let nest = LoopNest(shape(value), [own(value), strides])
    let extent = shape(source)[axis]
    return [pointer("a", source), pointer("r", value, isResult: true)]
      + nest.lines([
        "int32_t sum = 0;",
        "for (int32_t k = 0; k < \(extent); k++) sum += a[\(nest.place(1)) + k * \(strides[axis])];",
        "r[\(nest.place(0))] = sum;",
      ])
  }

  private mutating func product(_ value: Value) throws(ExportError) -> [String] {
    let (a, b) = (operand(value), operand(value, 1))
    var batch = MatrixBatch(shape(a), shape(b), result: shape(value))
    let weights = packed(b)
    if weights != nil { batch = batch.merged }
    let isByte = type(a) == "uint8_t"
    let signs = graph.type(of: b).integer?.isSigned == true ? 1 : 0
    var lines = [pointer("a", a), pointer("r", value, isResult: true)]
    let sizes = "\(batch.rows), \(batch.depth), \(batch.columns)"
    if let weights {
      helpers.insert(isByte ? .weightsBytes : .weightsCodes)
      limits.weightColumns = max(limits.weightColumns, batch.columns)
      guard batch.lhs.count == 1 else {
        throw refusal(value, "left factors that stretch", "give the product one batch")
      }
      let call = isByte ? "weights_u8" : "weights_i8"
      lines.append("\(call)(a, \(weights.name), \(weights.type.bits), \(signs), r, \(sizes));")
      return lines
    }
    helpers.insert(isByte ? .productBytes : .productCodes)
    lines.append(pointer("b", b))
    let call = isByte ? "product_u8" : "product_i8"
    let count = batch.rows * batch.columns
    if let (left, right) = Self.regular(batch) {
      lines.append("for (int32_t i = 0; i < \(batch.lhs.count); i++) {")
      lines.append(
        "  \(call)(a + i * \(left), b + i * \(right), \(signs), r + i * \(count), \(sizes));"
      )
      lines.append("}")
    } else {
      for (index, (left, right)) in zip(batch.lhs, batch.rhs).enumerated() {
        lines.append(
          "\(call)(a + \(left), b + \(right), \(signs), r + \(index * count), \(sizes));"
        )
      }
    }
    return lines
  }

  /// How far both factors advance from one product to the next, where that is always as far.
  private static func regular(_ batch: MatrixBatch) -> (Int, Int)? {
    guard batch.lhs.count > 1 else { return (0, 0) }
    let (left, right) = (batch.lhs[1] - batch.lhs[0], batch.rhs[1] - batch.rhs[0])
    let isRegular = batch.lhs.indices.allSatisfy {
      batch.lhs[$0] == $0 * left && batch.rhs[$0] == $0 * right
    }
    return isRegular ? (left, right) : nil
  }
}
