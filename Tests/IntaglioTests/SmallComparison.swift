import Intaglio
import IntaglioData
import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport

/// A small checkpoint, made-up images, and what becomes of the model when one node is changed.
struct SmallComparison {
  let folder: TemporaryFolder
  let path: String
  let model: Model
  let data: DataSet

  init(_ checkpoint: Checkpoint = .calibrated, images: Int = 3) throws {
    folder = try TemporaryFolder()
    path = try checkpoint.write(to: folder)
    model = try Model(contentsOf: path)
    try folder.writeImages(images)
    data = try DataSet.open(directory: folder.path("data"))
  }

  func compare(_ a: ComparisonSide, _ b: ComparisonSide, threads: Int = 2) throws -> LayerwiseResult
  {
    try LayerwiseComparison(a, b, threads: threads).run(data)
  }
}

extension Model {
  /// The same model with a value that is no number in a constant.
  func poisoning(_ constant: String, at index: Int, with value: Float) throws -> Model {
    try replacing { operation, name in
      guard name == constant, case .constant(let tensor) = operation else { return operation }
      var elements = tensor.floats
      elements[index] = value
      return .constant(Tensor(elements, shape: tensor.shape))
    }
  }

  /// The same model with other operations at some nodes.
  func replacing(
    _ change: (IntaglioGraph.Operation, String?) -> IntaglioGraph.Operation
  ) throws -> Model {
    var graph = Graph()
    var moved: [Value: Value] = [:]
    for value in self.graph.values {
      let node = self.graph[value]
      let name = self.graph.name(of: value)
      let operands = node.operands.compactMap { moved[$0] }
      moved[value] = try graph.append(Node(change(node.operation, name), operands), name: name)
    }
    for output in self.graph.outputs {
      if let value = moved[output.value] { graph.addOutput(output.name, value) }
    }
    // As a packed model, which is the program that it holds.
    return Model(graph: graph, description: description, format: .packed, path: "changed")
  }
}

extension LayerwiseResult {
  func layer(_ name: String) -> ComparedLayer? { layers.first { $0.name == name } }

  /// What stands before the layer called `name`.
  func layers(before name: String) -> ArraySlice<ComparedLayer> {
    layers.prefix { $0.name != name }
  }
}

extension Ratio {
  /// Infinite where both sides are equal.
  var decibels: Double {
    switch self {
    case .exact: .infinity
    case .decibels(let value): value
    case .noSignal: -.infinity
    }
  }
}
