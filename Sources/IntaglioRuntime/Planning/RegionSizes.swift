/// The sizes of all memory of a plan, for the one check that makes unsafe pointers safe: no step
/// leaves its regions.
struct RegionSizes {
  private let buffers: [Int]
  private let constants: [Int]
  private let scratch: [Int]

  /// How many outer iterations the step at hand has; everything that moves has a start for each.
  private(set) var outerCount = 0
  /// How many rows a block of the step at hand has at most.
  private(set) var rowsPerBlock = 0

  init(buffers: [Int], constants: [Int], scratch: [Int]) {
    (self.buffers, self.constants, self.scratch) = (buffers, constants, scratch)
  }

  /// The same sizes for a step of `count` outer iterations, block by block if it has blocks.
  func walked(_ count: Int, rowsPerBlock: Int = 0) -> RegionSizes {
    var sizes = self
    (sizes.outerCount, sizes.rowsPerBlock) = (count, rowsPerBlock)
    return sizes
  }

  /// Whether `region` has bytes up to `end`.
  func hold(_ region: Region, upTo end: Int) -> Bool {
    switch region.space {
    case .buffer: buffers.indices.contains(region.index) && end <= buffers[region.index]
    case .constant: constants.indices.contains(region.index) && end <= constants[region.index]
    case .scratch: scratch.indices.contains(region.index) && end <= scratch[region.index]
    }
  }

  /// Whether `rows × columns` elements of `size` bytes at every start of `place` are inside.
  func hold(_ place: Place, rows: Int, columns: Int, size: Int) -> Bool {
    let cursor = place.cursor
    guard cursor.starts.count >= outerCount else { return false }
    guard rows > 0, columns > 0, let first = cursor.starts.min(), let last = cursor.starts.max()
    else { return true }
    guard first >= 0, cursor.rowStride >= 0, cursor.columnStride >= 0 else { return false }
    let reach = last + (rows - 1) * cursor.rowStride + (columns - 1) * cursor.columnStride + 1
    return hold(place.region, upTo: reach * size)
  }

  /// Whether `count` elements of `size` bytes at every start of `table` are inside.
  func hold(_ table: Table, count: Int, size: Int) -> Bool {
    guard table.starts.count >= outerCount else { return false }
    guard let first = table.starts.min(), let last = table.starts.max() else { return true }
    return first >= 0 && hold(table.region, upTo: (last + count) * size)
  }
}

extension Step {
  func stays(inside sizes: RegionSizes) -> Bool {
    switch self {
    case .chain(let step):
      return step.stays(
        inside: sizes.walked(step.outerCount, rowsPerBlock: min(step.rows, step.rowsPerBlock))
      )
    case .copy(let step):
      let sizes = sizes.walked(step.outerCount)
      return [step.source, step.sink].allSatisfy {
        sizes.hold($0, rows: step.rows, columns: step.columns, size: step.elementSize)
      }
    case .reduce(let step):
      let sizes = sizes.walked(step.outerCount)
      let cursor = step.source.cursor
      let reach = Cursor(
        starts: cursor.starts.map { $0 + max(step.extent - 1, 0) * step.stride },
        rowStride: cursor.rowStride,
        columnStride: cursor.columnStride
      )
      let source = Place(region: step.source.region, cursor: reach)
      let (rows, columns) = (step.rows, step.columns)
      return
        (step.extent == 0
        || sizes.hold(source, rows: rows, columns: columns, size: step.format.size))
        && sizes.hold(step.sink, rows: rows, columns: columns, size: 4)
    }
  }
}

extension ChainStep {
  func stays(inside sizes: RegionSizes) -> Bool {
    let isInside: Bool
    switch source {
    case .view(let place, let format):
      isInside = sizes.hold(place, rows: rows, columns: columns, size: format.size)
    case .product(let product):
      isInside = product.stays(inside: sizes, rows: rows, columns: columns)
    }
    return isInside
      && sizes.hold(sink, rows: rows, columns: columns, size: sinkFormat.size)
      && scratch.allSatisfy { sizes.hold($0, upTo: rowsPerBlock * columnsPerBlock * 4) }
      && stages.allSatisfy { $0.operation.stays(inside: sizes, rows: rows, columns: columns) }
  }
}

extension Product {
  func stays(inside sizes: RegionSizes, rows: Int, columns: Int) -> Bool {
    guard sizes.hold(left, rows: rows, columns: depth, size: 1) else { return false }
    let hasRight: Bool
    switch right {
    case .weights(let weights):
      let bytes = WeightKernels.packedSize(width: weights.width, k: depth, n: columns)
      let panel = kernel.packedSize(k: depth, n: min(columns, WeightKernels.panelColumns))
      hasRight =
        sizes.hold(weights.place, rows: 1, columns: bytes, size: 1)
        && weights.unpacked.map { sizes.hold($0, upTo: panel) } ?? true
    case .codes(let place, let rowStride, let columnStride, let packed, let columnSums):
      let packedSize = kernel.packedSize(k: depth, n: columns)
      let reach = max(depth - 1, 0) * rowStride + max(columns - 1, 0) * columnStride
      let last = Cursor(
        starts: place.cursor.starts.map { $0 + reach },
        rowStride: 0,
        columnStride: 0
      )
      hasRight =
        (depth == 0
          || sizes.hold(
            Place(region: place.region, cursor: last),
            rows: 1,
            columns: columns,
            size: 1
          ))
        && sizes.hold(packed, upTo: packedSize) && sizes.hold(columnSums, upTo: columns * 4)
    }
    switch initial {
    case .zero: return hasRight
    case .constant(let place):
      return hasRight && sizes.hold(place, rows: 1, columns: columns, size: 4)
    case .columnSums(_, _, let region):
      return hasRight && sizes.hold(region, upTo: columns * 4)
    }
  }
}

extension Stage.Operation {
  func stays(inside sizes: RegionSizes, rows: Int, columns: Int) -> Bool {
    switch self {
    case .widen, .function, .softmax: true
    case .dequantizeCentered(let a, let b), .dequantizeAffine(let a, let b),
      .layerNorm(let a, let b, _):
      [a, b].allSatisfy { sizes.hold($0, count: columns, size: 4) }
    case .rmsNorm(let gamma, _): sizes.hold(gamma, count: columns, size: 4)
    case .quantize(let quantization), .quantizeWide(let quantization):
      [quantization.scale, quantization.zero].allSatisfy {
        sizes.hold($0, count: columns, size: 4)
      }
    case .requantizeSteps(let steps):
      sizes.hold(steps.rises, count: steps.rising * columns, size: 4)
        && sizes.hold(steps.falls, count: steps.falling * columns, size: 4)
        && sizes.hold(steps.base, count: columns, size: 4)
    case .requantizeDyadic(let dyadic):
      (dyadic.exceptions.map {
        sizes.hold($0.values, count: $0.count * columns, size: 4)
          && sizes.hold($0.codes, count: $0.count * columns, size: 1)
      } ?? true)
        && sizes.hold(dyadic.bias, count: columns, size: 8)
        && [dyadic.multiplier, dyadic.shift].allSatisfy {
          sizes.hold($0, count: columns, size: 4)
        }
    case .requantizeExactly(_, let table):
      sizes.hold(table, count: columns, size: 4)
    case .real(_, let place), .integer(_, let place):
      sizes.hold(place, rows: rows, columns: columns, size: 4)
    case .lookup(_, let count, let table):
      sizes.hold(table, upTo: count)
    case .lookupCells(let rises, let falls, let cells):
      sizes.hold(cells, upTo: (1 + rises + falls) * 256)
    case .stream(let stream):
      stream.stays(inside: sizes, rows: rows, columns: columns)
    case .norm(let norm):
      norm.left.map { sizes.hold($0, upTo: columns) } ?? true
        && norm.method.stays(inside: sizes, rows: rows, columns: columns)
    case .integerSoftmax(let softmax):
      sizes.hold(
        softmax.scratch,
        upTo: IntegerSoftmaxKernels.scratchCount(columns: columns) * 4
      )
        && softmax.stays(inside: sizes)
    }
  }
}

extension StreamSumming {
  func stays(inside sizes: RegionSizes, rows: Int, columns: Int) -> Bool {
    let others =
      other.map {
        sizes.hold($0.place, rows: rows, columns: columns, size: 4)
          && sizes.hold($0.factors, count: columns, size: 8)
      } ?? true
    return others && [factors, offset].allSatisfy { sizes.hold($0, count: columns, size: 8) }
      && sizes.hold(shift, count: columns, size: 4)
  }
}

extension NormQuantization.Method {
  func stays(inside sizes: RegionSizes, rows: Int, columns: Int) -> Bool {
    switch self {
    case .fixedPoint(let fixedPoint):
      return sizes.hold(fixedPoint.normalized, upTo: sizes.rowsPerBlock * columns * 4)
        && fixedPoint.codes.stays(inside: sizes, rows: rows, columns: columns)
    case .exact(let exact):
      let tables = [exact.multipliers, exact.lower, exact.upper, exact.rule]
      return tables.allSatisfy { sizes.hold($0, count: columns, size: 4) }
        && sizes.hold(exact.weights, upTo: columns * 4)
        && sizes.hold(exact.open, upTo: sizes.rowsPerBlock)
        && sizes.hold(exact.others, upTo: columns)
        && sizes.hold(exact.rules.region, upTo: exact.rules.byteCount)
        && exact.lefts.count >= columns
    }
  }
}

extension SoftmaxQuantization {
  func stays(inside sizes: RegionSizes) -> Bool {
    starts.count >= sizes.outerCount && starts.allSatisfy(rules.indices.contains)
      && rules.allSatisfy { rule in
        switch rule.constants.exponential {
        case .base2(_, _, _, let fractionBits):
          rule.table.map { sizes.hold($0, upTo: 4 << fractionBits) } ?? false
        case .base2Product: rule.table.map { sizes.hold($0, upTo: 4 * (64 + 32)) } ?? false
        case .distances(let count): rule.table.map { sizes.hold($0, upTo: 2 * count) } ?? false
        case .shiftmax: true
        }
      }
  }
}
