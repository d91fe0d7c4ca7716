import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

extension Planner {
  /// Starts a chain with an integer matrix multiplication.
  mutating func multiply(_ value: Value) throws(PlanError) {
    let (a, b) = (graph[value].operands[0], graph[value].operands[1])
    for operand in [a, b] {
      guard let type = graph.type(of: operand).integer else {
        throw unsupported(value, "expected integer operands, found reals")
      }
      guard type.bits <= 8 else {
        throw unsupported(value, "expected operands of at most 8 bits, found \(type)")
      }
    }
    let left = try leftOperand(a)
    let right = try rightOperand(b)
    let product = ProductDraft(
      value: value,
      left: left.view,
      leftBias: left.bias,
      right: right.operand,
      rightBias: right.bias,
      largestLeft: left.largest,
      rangeRight: right.range
    )
    try check(product)
    try finish(ChainDraft(product, shape: graph.type(of: value).shape), value)
  }

  /// Bytes may sum up to more than codes do.
  private func check(_ product: ProductDraft) throws(PlanError) {
    let range = product.rangeRight
    let magnitude = product.largestLeft * max(-range.lowerBound, range.upperBound)
    let (sum, overflow) = magnitude.multipliedReportingOverflow(by: product.depth)
    // The corrections start the accumulator with at most as much again.
    guard !overflow, sum <= IntegerType.i32.range.upperBound / 2 else {
      throw .accumulator(
        node: graph.label(of: product.value),
        depth: product.depth,
        magnitude: magnitude
      )
    }
  }

  /// Unsigned bytes with rows that a kernel can step through.
  private mutating func leftOperand(
    _ value: Value
  ) throws(PlanError) -> (view: StridedView, bias: Int, largest: Int) {
    var view = try view(of: value)
    let range = codeRange(value)
    var bias = view.format.code?.bias ?? 0
    if view.format.code?.isSigned == true, range.lowerBound + bias < 0 {
      bias += 128
      view = copied(view, CodeFormat(bias: bias, isSigned: false))
    }
    let last = view.shape.count - 1
    let (rows, depth) = (view.shape[last - 1], view.shape[last])
    let rowsAdvance = rows <= 1 || view.strides[last - 1] >= depth
    if !rowsAdvance || depth > 1 && view.strides[last] != 1 { view = dense(view) }
    return (view, bias, range.upperBound + bias)
  }

  /// Signed bytes, at any strides; constants as they are.
  private mutating func rightOperand(
    _ value: Value
  ) throws(PlanError) -> (operand: ProductDraft.Right, bias: Int, range: ClosedRange<Int>) {
    if let weights = folded[value]?.integers {
      let bias = (weights.max() ?? 0) > 127 ? -128 : 0
      let bytes = weights.map { Int8(truncatingIfNeeded: $0 + bias) }
      let range = Int(bytes.min() ?? 0)...Int(bytes.max() ?? 0)
      return (.weights(bytes, shape: graph.type(of: value).shape), bias, range)
    }
    var view = try view(of: value)
    let range = codeRange(value)
    var bias = view.format.code?.bias ?? 0
    if view.format.code?.isSigned == false, range.upperBound + bias > 127 {
      bias -= 128
      view = copied(view, CodeFormat(bias: bias, isSigned: true))
    }
    return (.codes(view), bias, range.lowerBound + bias...range.upperBound + bias)
  }

  private func codeRange(_ value: Value) -> ClosedRange<Int> {
    ranges.range(of: value) ?? graph.type(of: value).integer?.range ?? 0...0
  }

  /// The codes of `view` with another bias.
  private mutating func copied(
    _ view: StridedView,
    _ format: CodeFormat
  ) -> StridedView {
    let result = makeView(view.shape, .code(format))
    copy(view, to: result)
    return result
  }
}

extension Planner {
  /// What a chain's loop nest has to know of a product: its left and right operand and what starts
  /// its accumulators, over `[…, m, n]`.
  func nestOperands(_ product: ProductDraft, over shape: [Int]) -> [LoopNest.Operand] {
    let leading = Array(shape.dropLast(2))
    let a = product.left
    let rowStride = a.strides[a.shape.count - 2]
    let left = LoopNest.Operand(
      start: a.start,
      strides: Self.leadingStrides(a.shape, a.strides, over: leading) + [rowStride, 0]
    )
    // Weights count in matrices.
    let (rightShape, rightStrides, start) =
      switch product.right {
      case .weights(_, let shape): (shape, Shape.strides(shape), 0)
      case .codes(let view): (view.shape, view.strides, view.start)
      }
    var strides = Self.leadingStrides(rightShape, rightStrides, over: leading)
    if case .weights = product.right {
      let size = rightShape.suffix(2).reduce(1, *)
      strides = strides.map { size == 0 ? 0 : $0 / size }
    }
    let right = LoopNest.Operand(start: start, strides: strides + [0, 0], isFixedAlongRows: true)
    return [left, right]
  }

  private static func leadingStrides(
    _ shape: [Int],
    _ strides: [Int],
    over leading: [Int]
  ) -> [Int] {
    let own = shape.count - 2
    return leading.indices.map { axis in
      let mine = axis - (leading.count - own)
      return mine < 0 || shape[mine] == 1 ? 0 : strides[mine]
    }
  }

  /// The product as a step runs it, and the memory that it needs.
  mutating func compile(
    _ draft: ProductDraft,
    _ nesting: ChainNest
  ) -> (product: Matmul, regions: [Region]) {
    let kernel = gemmKernel(for: draft)
    let left = Place(region: draft.left.region, cursor: nesting.source[0])
    let (right, initial) = compileRight(draft, kernel, nesting)
    let regions = [left.region] + right.regions + initial.regions
    var rowSums: Matmul.RowSums?
    if draft.rightBias != 0 {
      let sums = makeScratch(size: nesting.rowsPerBlock * 4)
      rowSums = Matmul.RowSums(factor: Int32(-draft.rightBias), sums: sums)
    }
    let product = Matmul(
      kernel: kernel,
      depth: draft.depth,
      left: left,
      right: right,
      initial: initial,
      rowSums: rowSums
    )
    return (product, regions)
  }

  private mutating func compileRight(
    _ draft: ProductDraft,
    _ kernel: GemmKernel,
    _ nesting: ChainNest
  ) -> (Matmul.Right, Matmul.Initial) {
    switch draft.right {
    case .weights(let bytes, let shape): weights(bytes, shape, draft, kernel, nesting)
    case .codes(let view): codes(view, draft, kernel, nesting)
    }
  }

  /// Packed once, together with what starts the accumulators.
  private mutating func weights(
    _ bytes: [Int8],
    _ shape: [Int],
    _ draft: ProductDraft,
    _ kernel: GemmKernel,
    _ nesting: ChainNest
  ) -> (Matmul.Right, Matmul.Initial) {
    let (columns, cursor) = (nesting.nest.columns, nesting.source[1])
    let packed = pack(bytes, shape, draft)
    let width = packed.width
    let panel = min(columns, WeightKernels.panelColumns)
    let right = Matmul.Right.weights(
      Matmul.PackedWeights(
        place: Place(region: packed.matrices, cursor: cursor.scaled(by: packed.size)),
        width: width,
        panelBytes: WeightKernels.packedSize(
          width: width,
          k: draft.depth,
          n: WeightKernels.panelColumns
        ),
        unpacked: width == 8 && kernel.packsAsWeights
          ? nil : makeScratch(size: kernel.packedSize(k: draft.depth, n: panel))
      )
    )
    guard let initial = packed.initial else { return (right, .zero) }
    let rows = Place(region: initial, cursor: cursor.scaled(by: columns))
    return (right, .constant(rows))
  }

  /// Packed in every run, with column sums for a left operand that is stored with a bias.
  private mutating func codes(
    _ view: StridedView,
    _ draft: ProductDraft,
    _ kernel: GemmKernel,
    _ nesting: ChainNest
  ) -> (Matmul.Right, Matmul.Initial) {
    let columns = nesting.nest.columns
    let axis = view.shape.count - 2
    let right = Matmul.Right.codes(
      Place(region: view.region, cursor: nesting.source[1]),
      rowStride: view.strides[axis],
      columnStride: view.strides[axis + 1],
      packed: makeScratch(size: kernel.packedSize(k: draft.depth, n: columns)),
      columnSums: makeScratch(size: columns * 4)
    )
    guard draft.leftBias != 0 else { return (right, .zero) }
    let initial = Matmul.Initial.columnSums(
      factor: Int32(-draft.leftBias),
      addend: Int32(truncatingIfNeeded: draft.depth * draft.leftBias * draft.rightBias),
      makeScratch(size: columns * 4)
    )
    return (right, initial)
  }

  func gemmKernel(for product: ProductDraft) -> GemmKernel {
    let (a, b) = (product.largestLeft, product.rangeRight)
    if let name = options.gemmKernel, let kernel = kernels.gemm(named: name),
      kernel.isExact(largestA: a, rangeB: b)
    {
      return kernel
    }
    return switch product.right {
    case .weights: kernels.gemm(largestA: a, rangeB: b)
    case .codes: kernels.gemm(largestA: a, rangeB: b, packsOften: true)
    }
  }

  /// Packs every matrix of weights, and what starts the accumulators beside each.
  private mutating func pack(
    _ bytes: [Int8],
    _ shape: [Int],
    _ product: ProductDraft
  ) -> (matrices: Region, size: Int, width: Int, initial: Region?) {
    let (k, n) = (shape[shape.count - 2], shape[shape.count - 1])
    let count = shape.dropLast(2).reduce(1, *)
    let width = Self.width(of: bytes)
    let size = MemoryPlan.aligned(max(1, WeightKernels.packedSize(width: width, k: k, n: n)))
    var sums = [Int32](repeating: 0, count: count * n)
    let matrices = constants.add(count: max(count, 1) * size) { packed in
      bytes.withUnsafeBufferPointer { b in
        sums.withUnsafeMutableBufferPointer { sums in
          guard let b = b.baseAddress, let sums = sums.baseAddress,
            let packed = packed.baseAddress
          else { return }
          for matrix in 0..<count {
            kernels.weights.pack(
              width: width,
              k: k,
              n: n,
              b: b + matrix * k * n,
              rowStride: n,
              columnStride: 1,
              into: packed + matrix * size,
              columnSums: sums + matrix * n
            )
          }
        }
      }
    }
    let constant = k * product.leftBias * product.rightBias
    let start = sums.indices.map { index in
      Int32(
        truncatingIfNeeded: constant - product.leftBias * Int(sums[index])
          + product.addend[product.addend.count == 1 ? 0 : index % max(n, 1)]
      )
    }
    return (
      matrices, size, width, start.allSatisfy { $0 == 0 } ? nil : constants.add(start)
    )
  }
}

extension Planner {
  /// How many bits the widest of `weights` needs.
  private static func width(of weights: [Int8]) -> Int {
    // w and ~w need the same number of bits.
    let widest = weights.reduce(UInt8(0)) { $0 | UInt8(bitPattern: $1 < 0 ? ~$1 : $1) }
    return max(WeightKernels.widths.lowerBound, 9 - widest.leadingZeroBitCount)
  }
}

extension Cursor {
  /// The cursor in smaller units.
  func scaled(by factor: Int) -> Cursor {
    Cursor(
      starts: starts.map { $0 * factor },
      rowStride: rowStride * factor,
      columnStride: columnStride * factor
    )
  }
}
