/// A value in a graph, named by the position of the node that makes it.
public struct Value: Hashable, Sendable, Comparable {
  /// The position among `Graph.nodes`.
  public let index: Int

  package init(index: Int) { self.index = index }

  public static func < (a: Value, b: Value) -> Bool { a.index < b.index }
}

/// One operation and what it is applied to.
public struct Node: Hashable, Sendable {
  public let operation: Operation
  public let operands: [Value]

  public init(_ operation: Operation, _ operands: [Value] = []) {
    self.operation = operation
    self.operands = operands
  }
}

/// A typed, acyclic graph that only grows.
///
/// Nodes stand in dependency order, and equal nodes stand once. Every node may carry the name that
/// the model's author gave it, for messages and for comparing programs layer by layer.
public struct Graph: Sendable {
  /// A result of the whole graph.
  public struct Output: Hashable, Sendable {
    public let name: String
    public let value: Value

    public init(name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  public private(set) var nodes: [Node] = []
  public private(set) var types: [ValueType] = []
  public private(set) var names: [Value: String] = [:]
  /// What a law could not keep exact, by the node it touched.
  ///
  /// Everything else is exact.
  public private(set) var bounds: [Value: ErrorBound] = [:]
  public private(set) var outputs: [Output] = []
  private var known: [Node: Value] = [:]

  public init() {}

  public subscript(value: Value) -> Node { nodes[value.index] }
  public func type(of value: Value) -> ValueType { types[value.index] }
  public func name(of value: Value) -> String? { names[value] }
  public var values: some RandomAccessCollection<Value> {
    nodes.indices.lazy.map { Value(index: $0) }
  }

  /// Adds a node, or finds the equal one already there.
  ///
  /// The type of the result follows from the operands; the caller never states it. A name is kept
  /// by the first node that claims it for its value.
  ///
  /// - Throws: `GraphError` when the operands do not fit the operation.
  @discardableResult
  public mutating func append(_ node: Node, name: String? = nil) throws(GraphError) -> Value {
    if let value = known[node] {
      if let name, names[value] == nil { names[value] = name }
      return value
    }
    let type = try resultType(of: node, name: name)
    let value = Value(index: nodes.count)
    nodes.append(node)
    types.append(type)
    known[node] = value
    if let name { names[value] = name }
    return value
  }

  @discardableResult
  public mutating func append(
    _ operation: Operation,
    _ operands: Value...,
    name: String? = nil
  ) throws(GraphError) -> Value {
    try append(Node(operation, operands), name: name)
  }

  /// Declares `value` a result of the graph.
  public mutating func addOutput(_ name: String, _ value: Value) {
    outputs.append(Output(name: name, value))
  }

  /// Notes that `value` is only within `bound` of what the model says.
  public mutating func setBound(_ bound: ErrorBound, of value: Value) { bounds[value] = bound }

  /// The inputs, in the order in which they were appended.
  public var inputs: [Value] {
    values.filter { value in
      if case .input = self[value].operation { true } else { false }
    }
  }

  /// Every value that an output depends on, in dependency order.
  public var live: [Value] {
    var reached = [Bool](repeating: false, count: nodes.count)
    for output in outputs { reached[output.value.index] = true }
    for index in nodes.indices.reversed() where reached[index] {
      for operand in nodes[index].operands { reached[operand.index] = true }
    }
    return values.filter { reached[$0.index] }
  }

  /// The constant tensor at `value`, `nil` when it is no constant.
  public func constant(_ value: Value) -> Tensor? {
    if case .constant(let tensor) = self[value].operation { tensor } else { nil }
  }

  /// What to call `value` in a message: its own name, or its operation and the nearest name above.
  public func label(of value: Value) -> String {
    if let name = names[value] { return name }
    let operation = self[value].operation.name
    var above = self[value].operands.first
    while let value = above {
      if let name = names[value] { return "\(operation) after \(name)" }
      above = self[value].operands.first
    }
    return "\(operation) #\(value.index)"
  }
}

/// How far a value may be from what the model says.
public struct ErrorBound: Hashable, Sendable, Codable {
  /// The law that gave up exactness.
  public let law: String
  /// The largest absolute error of one element of the real result, over every possible input.
  public let maximum: Double
  /// The same error relative to the largest magnitude that the result can take.
  public let relative: Double

  public init(law: String, maximum: Double, relative: Double) {
    self.law = law
    self.maximum = maximum
    self.relative = relative
  }
}
