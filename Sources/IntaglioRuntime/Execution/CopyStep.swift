/// Elements moved from one view to another, codes optionally to another bias.
struct CopyStep: Sendable {
  let outerCount: Int
  let rows: Int
  let columns: Int
  let source: Place
  let sink: Place
  /// In bytes: 1 or 4.
  let elementSize: Int
  /// Added to every code, modulo 256.
  let offset: UInt8

  func run(_ memory: Memory, _ kernels: KernelTable) {
    for outer in 0..<outerCount {
      if offset != 0 {
        move(memory, outer, as: UInt8.self) { $0 &+ offset }
      } else if elementSize == 1 {
        move(memory, outer, as: UInt8.self) { $0 }
      } else {
        move(memory, outer, as: UInt32.self) { $0 }
      }
    }
  }

  @inline(__always)
  private func move<T>(_ memory: Memory, _ outer: Int, as type: T.Type, _ change: (T) -> T) {
    let from = memory.pointer(source.region, source.cursor.starts[outer], as: type)
    let to = memory.pointer(sink.region, sink.cursor.starts[outer], as: type)
    let (fromColumn, toColumn) = (source.cursor.columnStride, sink.cursor.columnStride)
    for row in 0..<rows {
      let a = from + row * source.cursor.rowStride
      let b = to + row * sink.cursor.rowStride
      if fromColumn == 1, toColumn == 1 {
        for column in 0..<columns { b[column] = change(a[column]) }
      } else {
        for column in 0..<columns { b[column * toColumn] = change(a[column * fromColumn]) }
      }
    }
  }
}
