import IntaglioData
import IntaglioGraph

/// A graph under construction and the tensors that it takes its constants from.
struct CheckpointGraph {
  private(set) var graph = Graph()
  var tensors: CheckpointTensors

  init(_ tensors: CheckpointTensors) { self.tensors = tensors }

  private var path: String { tensors.source.path }

  /// - Throws: `ImportError.graph` when the operands do not fit.
  mutating func append(
    _ operation: Operation,
    _ operands: Value...,
    name: String? = nil
  ) throws(ImportError) -> Value {
    try append(Node(operation, operands), name: name)
  }

  /// - Throws: `ImportError.graph` when the operands do not fit.
  mutating func append(_ node: Node, name: String? = nil) throws(ImportError) -> Value {
    do {
      return try graph.append(node, name: name)
    } catch {
      throw .graph(file: path, error)
    }
  }

  mutating func addOutput(_ name: String, _ value: Value) { graph.addOutput(name, value) }

  // Small steps that several layers take

  /// The tensor `name` as a constant of that name.
  mutating func constant(_ name: String, _ shape: [Int]) throws(ImportError) -> Value {
    try append(.constant(tensors.real(name, shape)), name: name)
  }

  mutating func reshape(_ x: Value, _ shape: [Int]) throws(ImportError) -> Value {
    try append(.layout(.reshape(shape)), x)
  }

  mutating func transpose(_ x: Value, _ permutation: [Int]) throws(ImportError) -> Value {
    try append(.layout(.transpose(permutation)), x)
  }

  mutating func slice(
    _ x: Value,
    axis: Int,
    start: Int,
    count: Int
  ) throws(ImportError) -> Value {
    try append(.layout(.slice(axis: axis, start: start, count: count)), x)
  }

  /// x·factor with one number.
  mutating func scaled(_ x: Value, by factor: Double) throws(ImportError) -> Value {
    let constant = try append(.constant(Tensor(scalar: factor)))
    return try append(.multiply, x, constant)
  }

  /// x + the tensor `name`, or `x` where the checkpoint has no such tensor.
  mutating func addingBias(_ x: Value, _ name: String, _ count: Int) throws(ImportError) -> Value {
    guard tensors.contains(name) else { return x }
    return try append(.add, x, constant(name, [count]))
  }

  /// Layer normalization over the last axis with the tensors `name.weight` and `name.bias`.
  mutating func layerNorm(
    _ x: Value,
    _ name: String,
    epsilon: Double
  ) throws(ImportError) -> Value {
    let width = graph.type(of: x).shape.last ?? 0
    let gamma = try constant(name + ".weight", [width])
    let beta = try constant(name + ".bias", [width])
    return try append(.layerNorm(epsilon: epsilon), x, gamma, beta, name: name)
  }
}
