import IntaglioGraph
import IntaglioNumerics
import Testing

/// What a hostile file may ask of a graph.
@Suite struct GraphExtentTests {
  static let huge = 1 << 62

  @Test(
    "dimensions that no value can have are refused",
    arguments: [[huge, huge], [-1], [1 << 31], [1 << 16, 1 << 16], [-2, -3]]
  )
  func refusesInput(shape: [Int]) {
    var graph = Graph()
    #expect(throws: GraphError.extent(operation: "input", shape: shape, node: "x")) {
      try graph.append(.input(name: "x", ValueType(.real, shape)), name: "x")
    }
    #expect(graph.nodes.isEmpty)
  }

  @Test("an empty value may have any other dimensions whose product does not overflow")
  func countsEmpty() {
    #expect(Shape.count([0, Shape.countLimit]) == 0)
    #expect(Shape.count([Shape.countLimit, Shape.countLimit, Shape.countLimit, 0]) == nil)
    #expect(Shape.count([0, Shape.countLimit, Shape.countLimit]) == nil)
    #expect(Shape.count([]) == 1)
    #expect(Shape.count([Shape.countLimit]) == Shape.countLimit)
  }

  @Test(
    "layouts with dimensions beyond any value are refused",
    arguments: [
      Layout.reshape([huge, 4]), .reshape([-2, -3]), .broadcast([huge, 2, 3]),
      .broadcast([-1, 2, 3]),
      .slice(axis: 0, start: 1, count: .max), .slice(axis: 0, start: .max, count: 1),
      .slice(axis: .max, start: 0, count: 1), .transpose([0, 0]), .transpose([1]),
    ]
  )
  func refusesLayout(layout: Layout) throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2, 3])))
    #expect(throws: GraphError.self) { try graph.append(.layout(layout), x) }
  }

  @Test("a convolution whose geometry overflows is refused")
  func refusesConvolution() throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [1, 1, 8, 8])))
    let w = try graph.append(.input(name: "w", ValueType(.real, [1, 1, 2, 2])))
    let geometries = [
      Convolution(strides: [1, 1], padding: [.max, 0, .max, 0]),
      Convolution(strides: [1, 1], dilations: [.max, 1]),
      Convolution(strides: [.max, 1]),
      Convolution(strides: [1, 1], groups: .max),
    ]
    for geometry in geometries {
      #expect(throws: GraphError.self) { try graph.append(.convolution(geometry), x, w) }
    }
  }

  @Test("a clip with its ends exchanged or not a number is refused", arguments: [Double.nan, -1])
  func refusesClip(upper: Double) throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2])))
    #expect(throws: GraphError.self) {
      try graph.append(.function(.clip(lower: 0, upper: upper)), x)
    }
  }
}
