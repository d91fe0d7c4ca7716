/// The sum or mean along one axis; every element of the domain is one result.
struct ReduceStep: Sendable {
  let outerCount: Int
  let rows: Int
  let columns: Int
  /// At the first of the elements that a result takes together.
  let source: Place
  let format: ElementFormat
  /// The reduced axis.
  let extent: Int
  let stride: Int
  let sink: Place
  /// Whether the sum is divided by `extent`.
  let isMean: Bool

  func run(_ memory: Memory) {
    switch format {
    case .float32:
      reduce(memory, from: Float.self, to: Float.self, zero: 0.0, add: { $0 + Double($1) }) {
        Float(isMean ? $0 / Double(extent) : $0)
      }
    case .int32:
      reduce(memory, from: Int32.self, to: Int32.self, zero: 0, add: { $0 &+ Int($1) }) {
        Int32(truncatingIfNeeded: $0)
      }
    case .code(let code) where code.isSigned:
      reduce(memory, from: Int8.self, to: Int32.self, zero: 0, add: { $0 &+ Int($1) }) {
        Int32(truncatingIfNeeded: $0 - extent * code.bias)
      }
    case .code(let code):
      reduce(memory, from: UInt8.self, to: Int32.self, zero: 0, add: { $0 &+ Int($1) }) {
        Int32(truncatingIfNeeded: $0 - extent * code.bias)
      }
    }
  }

  @inline(__always)
  private func reduce<In, Out, Sum>(
    _ memory: Memory,
    from: In.Type,
    to: Out.Type,
    zero: Sum,
    add: (Sum, In) -> Sum,
    finish: (Sum) -> Out
  ) {
    for outer in 0..<outerCount {
      let a = memory.pointer(source.region, source.cursor.starts[outer], as: from)
      let b = memory.pointer(sink.region, sink.cursor.starts[outer], as: to)
      for row in 0..<rows {
        for column in 0..<columns {
          let first = row * source.cursor.rowStride + column * source.cursor.columnStride
          var sum = zero
          for index in 0..<extent { sum = add(sum, a[first + index * stride]) }
          b[row * sink.cursor.rowStride + column * sink.cursor.columnStride] = finish(sum)
        }
      }
    }
  }
}
