import IntaglioData
import IntaglioGraph

extension QDQWriter {
  /// One node of a row of nodes, each of which reads the one before.
  struct Step {
    let type: String
    /// The inputs behind the first.
    var others: [String] = []
    var attributes: [ONNXAttributeProto] = []
    /// Whether it carries the graph's name.
    var isNamed = false

    init(
      _ type: String,
      _ others: [String] = [],
      _ attributes: [ONNXAttributeProto] = [],
      isNamed: Bool = false
    ) {
      (self.type, self.others, self.attributes) = (type, others, attributes)
      self.isNamed = isNamed
    }
  }

  /// Writes `steps` one behind the other, from the tensor `input` to that of `value`.
  ///
  /// The last one carries the graph's name, unless another is said to.
  mutating func append(_ steps: [Step], from input: String, to value: Value) {
    let (end, name) = (tensor(value), graph.name(of: value) ?? "")
    let named = steps.firstIndex(where: \.isNamed) ?? steps.count - 1
    var current = input
    for (index, step) in steps.enumerated() {
      let isLast = index == steps.count - 1
      let output = isLast ? end : unique("\(end)/\(step.type)")
      append(
        step.type,
        [current] + step.others,
        step.attributes,
        name: index == named ? name : isLast ? "\(end)/\(step.type)" : output,
        output: output
      )
      current = output
    }
  }

  /// One node with the graph's name.
  mutating func append(
    _ type: String,
    _ value: Value,
    others: [String] = [],
    _ attributes: [ONNXAttributeProto] = []
  ) {
    let operands = graph[value].operands.map { tensor($0) }
    append(
      type,
      operands + others,
      attributes,
      name: graph.name(of: value) ?? "",
      output: tensor(value)
    )
  }

  /// - Throws: `ExportError.noONNXForm` for what the standard cannot say.
  mutating func write(_ value: Value) throws(ExportError) {
    let operation = graph[value].operation
    switch operation {
    case .input: break
    case .constant(let constant): try self.constant(constant, value)
    case .layout(let layout): append(layout, value)
    case .concat(let axis): append("Concat", value, [.int("axis", axis)])
    case .matmul: try real("MatMul", value)
    case .convolution(let geometry): try real("Conv", value, geometry.attributes)
    case .add: try real("Add", value)
    case .subtract: try real("Sub", value)
    case .multiply: try real("Mul", value)
    case .divide: try real("Div", value)
    case .sum(let axis): try real("ReduceSum", value, others: [list([axis])])
    case .mean(let axis): try real("ReduceMean", value, others: [list([axis])])
    case .function(let function): append(function, value)
    case .softmax: append("Softmax", value, [.int("axis", -1)])
    case .rowExponential: rowExponential(value)
    case .layerNorm(let epsilon):
      let attributes: [ONNXAttributeProto] = [.int("axis", -1), .float("epsilon", Float(epsilon))]
      append("LayerNormalization", value, attributes)
    case .rmsNorm(let epsilon): rmsNorm(value, Float(epsilon))
    case .quantize(let quantizer): try quantize(value, quantizer)
    case .dequantize(let dequantizer):
      if form == .qonnx {
        try quant(value, dequantizer)
      } else {
        try dequantize(value, dequantizer)
      }
    case .requantize:
      throw refusal(value, "a requantization", "write the graph before it is reordered")
    case .integer(.lookup(let lookup)): try self.lookup(value, lookup)
    case .integer(let function):
      throw refusal(
        value,
        "\(function.name) on integers",
        "write the graph before it is made a program of nothing but integers"
      )
    }
  }

  /// - Throws: where the operands are integers, of which the standard has too few kinds.
  private mutating func real(
    _ type: String,
    _ value: Value,
    others: [String] = [],
    _ attributes: [ONNXAttributeProto] = []
  ) throws(ExportError) {
    guard !graph.type(of: value).isInteger else {
      throw refusal(
        value,
        "\(graph[value].operation.name) on integers",
        "write the graph before it is reordered"
      )
    }
    append(type, value, others: others, attributes)
  }

  private mutating func append(_ layout: Layout, _ value: Value) {
    switch layout {
    case .reshape(let shape):
      // A dimension of 0 would keep the operand's.
      let attributes: [ONNXAttributeProto] = shape.contains(0) ? [.int("allowzero", 1)] : []
      append("Reshape", value, others: [list(shape)], attributes)
    case .transpose(let permutation): append("Transpose", value, [.ints("perm", permutation)])
    case .slice(let axis, let start, let count):
      append("Slice", value, others: [list([start]), list([start + count]), list([axis])])
    case .broadcast(let shape): append("Expand", value, others: [list(shape)])
    }
  }

  /// exp(x − max x): three nodes.
  private mutating func rowExponential(_ value: Value) {
    let x = tensor(graph[value].operands[0])
    let largest = unique("\(tensor(value))/ReduceMax")
    append("ReduceMax", [x, list([-1])], name: largest, output: largest)
    append([Step("Sub", [largest]), Step("Exp")], from: x, to: value)
  }

  /// γ·x / √(mean of x² + ε); its own operator came with a later operator set.
  private mutating func rmsNorm(_ value: Value, _ epsilon: Float) {
    let (x, gamma) = (tensor(graph[value].operands[0]), tensor(graph[value].operands[1]))
    let end = tensor(value)
    let shift = floats([epsilon], [], "\(end).epsilon")
    var root = x
    for step in [
      Step("Mul", [x]), Step("ReduceMean", [list([-1])]), Step("Add", [shift]), Step("Sqrt"),
    ] {
      let output = unique("\(end)/\(step.type)")
      append(step.type, [root] + step.others, name: output, output: output)
      root = output
    }
    append([Step("Div", [root]), Step("Mul", [gamma])], from: x, to: value)
  }
}

extension Convolution {
  var attributes: [ONNXAttributeProto] {
    [
      .ints("strides", strides), .ints("pads", padding), .ints("dilations", dilations),
      .int("group", groups),
    ]
  }
}
