import IntaglioData
import IntaglioGraph

/// The state while one ONNX graph becomes a `Graph`: what is built, and what each name stands for.
struct ONNXConversion {
  private(set) var graph = Graph()
  private var bindings: [String: ONNXOperand] = [:]
  /// Initializers that no node has asked for yet.
  private var initializers: [String: ONNXTensorProto] = [:]
  private var decoder: ONNXTensorDecoder
  /// How many elements may still be computed while the file is read.
  private(set) var remaining: Int
  /// How many multiplications constants may still cost while the file is read.
  private(set) var work = 1 << 28
  /// What the caller should know of the model, a sentence each.
  private(set) var notes: [String] = []

  /// - Parameters:
  ///   - data: where external data is looked for.
  ///   - limit: how many elements may be computed while the file is read, all of them together.
  init(_ data: ONNXExternalData, limit: Int) {
    decoder = ONNXTensorDecoder(data)
    remaining = limit
  }

  /// Takes what a node made at once from the budget.
  ///
  /// - Throws: `malformed` when it is used up.
  mutating func charge(_ results: [ONNXOperand], to node: ONNXNode) throws(ONNXFault) {
    for case .constant(let constant) in results { try charge(constant.shape, to: node) }
  }

  /// Takes a tensor of `shape` from the budget.
  ///
  /// - Throws: `malformed` when it is used up.
  mutating func charge(_ shape: [Int], to node: ONNXNode) throws(ONNXFault) {
    remaining -= shape.reduce(1, *)
    guard remaining >= 0 else {
      throw node.malformed(
        expected: "constants that follow from others to stay in proportion to the file",
        found: "\(shape) more"
      )
    }
  }
}

// Constants on their own

extension ONNXConversion {
  /// Starts an empty graph; names and budgets stay.
  mutating func begin() { graph = Graph() }

  /// Goes on with the budgets of `other`.
  mutating func take(from other: ONNXConversion) { (work, decoder) = (other.work, other.decoder) }

  /// Takes `work` multiplications from the budget; `false` when it does not hold them.
  mutating func take(work asked: Int) -> Bool {
    guard asked <= work else { return false }
    work -= asked
    return true
  }
}

extension ONNXConversion {
  /// Keeps a sentence for the caller, once.
  mutating func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }

  /// What `body` appends to the graph as it is.
  mutating func building<T>(
    _ body: (inout Graph) throws(GraphError) -> T
  ) throws(ONNXFault) -> T {
    do throws(GraphError) { return try body(&graph) } catch { throw .graph(error) }
  }
}

// Names

extension ONNXConversion {
  mutating func declare(_ tensor: ONNXTensorProto) throws(ONNXFault) {
    guard !tensor.name.isEmpty, initializers.updateValue(tensor, forKey: tensor.name) == nil else {
      throw .malformed(
        place: "initializer \(tensor.name)",
        expected: "a name of its own",
        found: tensor.name.isEmpty ? "none" : "a second tensor of this name"
      )
    }
  }

  mutating func bind(_ name: String, to operand: ONNXOperand) { bindings[name] = operand }

  /// What `name` stands for, `nil` when nothing has that name.
  ///
  /// Initializers are decoded when they are asked for; only small ones are kept, so that the
  /// weights of a large model do not lie in memory twice.
  mutating func resolve(_ name: String) throws(ONNXFault) -> ONNXOperand? {
    if let operand = bindings[name] { return operand }
    guard let tensor = initializers[name] else { return nil }
    let operand = ONNXOperand.constant(try decoder.constant(tensor))
    if tensor.extents.reduce(1, { $0 &* $1 }) <= 4096 { bindings[name] = operand }
    return operand
  }

  func isInitializer(_ name: String) -> Bool { initializers[name] != nil }

  /// The elements of a tensor that stands in an attribute.
  mutating func constant(
    _ tensor: ONNXTensorProto,
    of node: ONNXNode
  ) throws(ONNXFault)
    -> ONNXConstant
  {
    try decoder.constant(tensor, place: node.place)
  }
}

// Building

extension ONNXConversion {
  func shape(of operand: ONNXOperand) -> [Int] {
    switch operand {
    case .constant(let constant): constant.shape
    case .computed(let value): graph.type(of: value).shape
    case .relative(let step): step.shape(of: graph.type(of: step.value).shape)
    case .dynamic(let step): step.shape(of: graph.type(of: step.source).shape, in: graph)
    }
  }

  /// Whether `operand` holds numbers of a floating-point type.
  func isReal(_ operand: ONNXOperand) -> Bool {
    switch operand {
    case .constant(let constant): constant.type.isReal
    case .computed(let value): !graph.type(of: value).isInteger
    case .relative, .dynamic: true
    }
  }

  mutating func addInput(_ name: String, _ type: ValueType) throws(ONNXFault) {
    bind(name, to: .computed(try append(.input(name: name, type), [], name: name)))
  }

  /// Declares `operand` a result of the graph.
  mutating func addOutput(_ name: String, _ operand: ONNXOperand) throws(ONNXFault) {
    switch operand {
    case .computed(let value):
      graph.addOutput(name, value)
    case .relative(let step):
      graph.addOutput(name, try computed(step))
    case .dynamic:
      throw DynamicStep.fault(at: "output \(name)")
    case .constant(let constant):
      guard let tensor = constant.tensor else {
        throw .unsupported(
          place: "output \(name)",
          feature: "a constant of \(constant.type.name)",
          advice: "leave it out"
        )
      }
      graph.addOutput(name, try append(.constant(tensor), [], name: constant.name))
    }
  }

  /// Adds an operation, or a known function of which it is the last step.
  mutating func append(
    _ operation: Operation,
    _ operands: [Value],
    name: String?
  ) throws(ONNXFault) -> Value {
    let value: Value
    do throws(GraphError) {
      let node = try FunctionRecognition.recognize(Node(operation, operands), in: &graph)
      value = try graph.append(node, name: name)
    } catch {
      throw .graph(error)
    }
    try checkSize(of: value, name)
    return value
  }

  /// A graph value for `operand`; a constant becomes a node under its own name.
  ///
  /// - Throws: `unsupported` when no element type of the graph holds the constant.
  mutating func value(of operand: ONNXOperand, in call: ONNXCall) throws(ONNXFault) -> Value {
    switch operand {
    case .computed(let value): return value
    case .relative(let step): return try computed(step)
    case .dynamic: throw DynamicStep.fault(at: call.node.place)
    case .constant(let constant):
      guard let tensor = constant.tensor else {
        throw call.node.unsupported(
          "a tensor of \(constant.type.name) as data",
          advice: "export the model with float data"
        )
      }
      return try append(.constant(tensor), [], name: constant.name)
    }
  }

  /// A graph value for `operand`, which must hold reals.
  mutating func real(_ operand: ONNXOperand, in call: ONNXCall) throws(ONNXFault) -> Value {
    guard isReal(operand) else {
      let isClip = ["Clip", "Min", "Max", "Relu"].contains(call.node.type)
      throw call.node.unsupported(
        isClip
          ? "a limit on codes between QuantizeLinear and DequantizeLinear"
          : "arithmetic on integers that depend on the model's input",
        advice: isClip
          ? "limit the reals before QuantizeLinear, or quantize to a type of fewer bits"
          : "dequantize them first"
      )
    }
    return try value(of: operand, in: call)
  }

  /// `operand` with its elements moved; a constant stays a constant.
  ///
  /// - Precondition: `layout` is valid for a constant operand.
  mutating func layout(
    _ layout: Layout,
    of operand: ONNXOperand,
    name: String?
  ) throws(ONNXFault) -> ONNXOperand {
    let before = shape(of: operand)
    if layout.isIdentity(on: before) { return operand }
    switch operand {
    case .computed(let value):
      return .computed(try append(.layout(layout), [value], name: name))
    case .relative(let step):
      return .computed(try append(.layout(layout), [try computed(step)], name: name))
    case .dynamic:
      throw DynamicStep.fault(at: name.map { "node \($0)" })
    case .constant(let constant):
      let after = layout.shape(from: before)
      if case .reshape = layout { return .constant(constant.reshaped(after)) }
      guard Self.isSmall(after), after.reduce(1, *) <= remaining else {
        throw .unsupported(
          place: name.map { "node \($0)" },
          feature: "a constant of dimensions \(after)",
          advice: "stretch it less"
        )
      }
      let sources = layout.sources(from: before).lazy.map { Int($0) }
      return .constant(constant.gathered(sources, shape: after))
    }
  }

  /// A step towards exp(x − max x) that something else reads: the largest elements, or what x is below them.
  mutating func computed(_ step: RelativeStep) throws(ONNXFault) -> Value {
    let axis = graph.type(of: step.value).shape.count - 1
    let largest = try extremum(of: step.value, axis: axis, isLargest: true)
    if case .largest = step.kind { return largest }
    return try append(.subtract, [step.value, largest], name: nil)
  }

  /// No tensor of a program has more elements than a 32-bit index reaches.
  private func checkSize(of value: Value, _ name: String?) throws(ONNXFault) {
    let shape = graph.type(of: value).shape
    guard ONNXConversion.isSmall(shape) else {
      throw .malformed(
        place: name.map { "node \($0)" },
        expected: "at most \(ONNXTensorDecoder.largestCount) elements",
        found: "dimensions \(shape)"
      )
    }
  }

  /// Whether dimensions are ≥ 0 and their product, zeros left out, is an index of 32 bits.
  static func isSmall(_ shape: [Int]) -> Bool {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(extent, 1))
      guard extent >= 0, !overflow, product <= ONNXTensorDecoder.largestCount else { return false }
      count = product
    }
    return true
  }
}

extension Layout {
  /// Whether nothing changes for an operand of `shape`.
  func isIdentity(on shape: [Int]) -> Bool {
    switch self {
    case .reshape(let target), .broadcast(let target): target == shape
    case .transpose(let permutation): permutation == Array(shape.indices)
    case .slice(let axis, let start, let count): start == 0 && count == shape[axis]
    }
  }
}
