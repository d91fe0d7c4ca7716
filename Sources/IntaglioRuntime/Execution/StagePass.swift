import IntaglioGraph

/// One stage on its way over one block.
struct StagePass {
  let block: Block
  let data: BlockData
  let out: BlockData
  let memory: Memory
  let table: UnsafePointer<KernelTable>

  /// What does the arithmetic; borrowed, for a copy would count references.
  var kernels: KernelTable {
    _read { yield table.pointee }
  }

  func run(_ operation: Stage.Operation) {
    switch operation {
    case .widen(let format): widen(format)
    case .dequantizeCentered(let zero, let scale): dequantize(zero: zero, scale: scale)
    case .dequantizeAffine(let scale, let offset): dequantize(scale: scale, offset: offset)
    case .quantize(let quantization): quantize(quantization)
    case .quantizeWide(let quantization): quantizeWide(quantization)
    case .requantize(let requantization): requantize(requantization)
    case .function(let function): apply(function)
    case .softmax: softmax()
    case .layerNorm(let gamma, let beta, let epsilon): layerNorm(gamma, beta, epsilon)
    case .rmsNorm(let gamma, let epsilon): rmsNorm(gamma, epsilon)
    case .real(let operation, let place): real(operation, place)
    case .integer(let operation, let place): integer(operation, place)
    case .lookup(let first, let count, let table): lookup(first, count, table)
    case .lookupSegments(let rises, let falls, let cells): lookup(rises: rises, falls: falls, cells)
    case .scaledSum(let stream): self.stream(stream)
    case .norm(let norm): self.norm(norm)
    case .integerSoftmax(let softmax): self.softmax(softmax)
    case .rowExponential: rowExponential()
    case .rowDistances(let fromLargest): rowDistances(fromLargest: fromLargest)
    case .rowLookup(let lookup): self.lookup(lookup)
    case .quotient(let quotient): self.quotient(quotient)
    }
  }

  /// The numbers of the block's columns: `rows` for each.
  @inline(__always)
  func column<T>(_ table: Table, rows: Int = 1) -> UnsafePointer<T> {
    memory.read(
      table.region,
      at: table.element(block.outer, block.column, memory),
      Grid(columns: rows * block.columns),
      as: T.self
    )
  }

  /// What a stage reads beside its operand: a number for each of the block's elements.
  @inline(__always)
  func operand<T>(_ place: Place, as type: T.Type) -> UnsafePointer<T> {
    memory.require(place.isSideBySide(block.columns), "columns side by side")
    return operand(place, block.grid(rowStride: place.cursor.rowStride), as: type)
  }

  /// Those of its elements that `grid` has.
  @inline(__always)
  func operand<T>(_ place: Place, _ grid: Grid, as type: T.Type) -> UnsafePointer<T> {
    let element = place.element(block.outer, block.row, memory, column: block.column)
    return memory.read(place.region, at: element, grid, as: type)
  }

  @inline(__always)
  func input<T>(as type: T.Type) -> UnsafePointer<T> {
    UnsafePointer(data.pointer(as: type, memory))
  }

  @inline(__always)
  func output<T>(as type: T.Type) -> UnsafeMutablePointer<T> {
    out.pointer(as: type, memory)
  }

  /// out[i, j] = change(in[i, j], j), for what has no kernel.
  @inline(__always)
  func forEach<In, Out>(_ from: In.Type, _ to: Out.Type, _ change: (In, Int) -> Out) {
    let (a, b) = (input(as: from), output(as: to))
    guard memory.runs else { return }
    for row in 0..<block.rows {
      let (source, sink) = (a + row * data.stride, b + row * out.stride)
      for column in 0..<block.columns { sink[column] = change(source[column], column) }
    }
  }

  private func widen(_ format: CodeFormat) {
    memory.require(data.format == .code(format), "codes of the format that is widened")
    let bias = Int32(truncatingIfNeeded: format.bias)
    if format.isSigned {
      forEach(Int8.self, Int32.self) { code, _ in Int32(code) &- bias }
    } else {
      forEach(UInt8.self, Int32.self) { code, _ in Int32(code) &- bias }
    }
  }
}
