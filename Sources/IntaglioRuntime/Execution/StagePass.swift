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
    case .requantizeSteps(let steps): requantize(steps)
    case .requantizeDyadic(let dyadic): requantize(dyadic)
    case .requantizeExactly(let rules, let table): requantize(rules, table)
    case .function(let function): apply(function)
    case .softmax: softmax()
    case .layerNorm(let gamma, let beta, let epsilon): layerNorm(gamma, beta, epsilon)
    case .rmsNorm(let gamma, let epsilon): rmsNorm(gamma, epsilon)
    case .real(let operation, let place): real(operation, place)
    case .integer(let operation, let place): integer(operation, place)
    case .lookup(let first, let count, let table): lookup(first, count, table)
    case .lookupCells(let rises, let falls, let cells): lookup(rises: rises, falls: falls, cells)
    case .stream(let stream): self.stream(stream)
    case .norm(let norm): self.norm(norm)
    case .integerSoftmax(let softmax): self.softmax(softmax)
    }
  }

  /// The numbers of the block's columns.
  func column<T>(_ table: Table) -> UnsafePointer<T> {
    UnsafePointer(
      memory.pointer(table.region, table.element(block.outer, block.column), as: T.self)
    )
  }

  /// What a stage reads beside its operand.
  func operand<T>(_ place: Place, as type: T.Type) -> UnsafePointer<T> {
    let element = place.element(block.outer, block.row, block.column)
    return UnsafePointer(memory.pointer(place.region, element, as: type))
  }

  func input<T>(as type: T.Type) -> UnsafePointer<T> {
    UnsafePointer(data.base.assumingMemoryBound(to: type))
  }

  func output<T>(as type: T.Type) -> UnsafeMutablePointer<T> {
    out.base.assumingMemoryBound(to: type)
  }

  /// out[i, j] = change(in[i, j], j), for what has no kernel.
  @inline(__always)
  func forEach<In, Out>(_ from: In.Type, _ to: Out.Type, _ change: (In, Int) -> Out) {
    let (a, b) = (input(as: from), output(as: to))
    for row in 0..<block.rows {
      let (source, sink) = (a + row * data.stride, b + row * out.stride)
      for column in 0..<block.columns { sink[column] = change(source[column], column) }
    }
  }

  private func widen(_ format: CodeFormat) {
    let bias = Int32(truncatingIfNeeded: format.bias)
    if format.isSigned {
      forEach(Int8.self, Int32.self) { code, _ in Int32(code) &- bias }
    } else {
      forEach(UInt8.self, Int32.self) { code, _ in Int32(code) &- bias }
    }
  }
}
