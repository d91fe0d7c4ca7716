import IntaglioGraph
import IntaglioNumerics

// Values without elements, and what stands around them.

extension RandomGraph {
  /// A part of extent 0, what elementwise operations and layouts make of it, and a concatenation in
  /// which it adds nothing.
  mutating func addEmpty() throws(GraphError) {
    let value = operand()
    let shape = graph.type(of: value).shape
    let axis = Int.random(in: shape.indices, using: &random)
    let start = Int.random(in: 0...shape[axis], using: &random)
    let slice = Layout.slice(axis: axis, start: start, count: 0)
    var part = try append(.layout(slice), [value])
    if Bool.random(using: &random) { part = try append(.add, [part, part]) }
    part = try settled(part, like: value)
    let parts = [[part, value], [value, part], [part, value, part, value], [part, part, value]]
    pool.append(try append(.concat(axis: axis), pick(parts)))
    try append(.concat(axis: axis), [part, part])

    // Over the extent of 0: sums of nothing.
    let last = shape.count - 1
    let order = Array(shape.indices).filter { $0 != axis } + [axis]
    let row = try append(.layout(.transpose(order)), [part])
    try append(.sum(axis: last), [row])
    let flipped = Array(shape.indices.dropLast(2)) + [last, last - 1]
    try append(.matmul, [row, try append(.layout(.transpose(flipped)), [row])])
    try append(.layout(.broadcast([2] + graph.type(of: row).shape)), [row])
    try append(.layout(.reshape([3, 0])), [part])
  }

  /// `part` with elements of the type of `value`, by way of quantizers that stretch over the axes
  /// that are not empty.
  private mutating func settled(_ part: Value, like value: Value) throws(GraphError) -> Value {
    let shape = graph.type(of: part).shape
    func scales(_ graph: inout RandomGraph) -> Scale {
      guard let width = shape.last, width > 0 else { return Scale(graph.powerOfTwo()) }
      return Scale((0..<width).map { _ in graph.powerOfTwo() }, shape: [width])
    }
    if let type = graph.type(of: value).integer {
      let requantizer = Requantizer(type, multiplier: scales(&self), offset: scales(&self))
      return try append(.requantize(requantizer), [part])
    }
    let codes = try append(.quantize(Quantizer(.i8, scale: scales(&self))), [part])
    return try append(.dequantize(Dequantizer(scale: scales(&self))), [codes])
  }
}
