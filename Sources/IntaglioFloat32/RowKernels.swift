/// A run of floats, read and written eight at a time.
struct FloatRow {
  let start: UnsafeMutablePointer<Float>
  let count: Int

  /// How many groups of eight there are, the last one perhaps incomplete.
  var vectorCount: Int { (count + 7) / 8 }

  @inline(__always)
  func load(_ index: Int, padding: Float) -> Float8 {
    let first = index * 8
    if first + 8 <= count {
      return UnsafeRawPointer(start + first).loadUnaligned(as: Float8.self)
    }
    var vector = Float8(repeating: padding)
    for lane in 0..<count - first { vector[lane] = start[first + lane] }
    return vector
  }

  @inline(__always)
  func store(_ vector: Float8, _ index: Int) {
    let first = index * 8
    if first + 8 <= count {
      UnsafeMutableRawPointer(start + first).storeBytes(of: vector, as: Float8.self)
      return
    }
    for lane in 0..<count - first { start[first + lane] = vector[lane] }
  }
}

/// Functions of whole rows, vectorized.
enum RowKernels {
  /// Replaces every element by its `body`.
  @inline(__always)
  static func map(_ values: inout [Float], _ body: (Float8) -> Float8) {
    values.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      let row = FloatRow(start: start, count: buffer.count)
      for index in 0..<row.vectorCount { row.store(body(row.load(index, padding: 1)), index) }
    }
  }

  /// Calls `body` with every row of `width` elements.
  @inline(__always)
  private static func forEachRow(
    _ values: inout [Float],
    width: Int,
    _ body: (FloatRow) -> Void
  ) {
    guard width > 0 else { return }
    values.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      for row in 0..<buffer.count / width {
        body(FloatRow(start: start + row * width, count: width))
      }
    }
  }

  /// exp(x − max) over its sum, for every row of `width` elements.
  static func softmax(_ values: consuming [Float], width: Int) -> [Float] {
    var x = values
    forEachRow(&x, width: width) { row in
      let maximum = largest(of: row)
      var sums = Float8.zero
      for index in 0..<row.vectorCount {
        // The padding, e⁻¹⁰⁴, is zero in floats.
        let exponential = (row.load(index, padding: -.infinity) - maximum).exponential
        sums += exponential
        row.store(exponential, index)
      }
      let sum = sums.sum()
      for index in 0..<row.vectorCount { row.store(row.load(index, padding: 0) / sum, index) }
    }
    return x
  }

  /// exp(x − max) of every row of `width` elements.
  static func rowExponential(_ values: consuming [Float], width: Int) -> [Float] {
    var x = values
    forEachRow(&x, width: width) { row in
      let maximum = largest(of: row)
      for index in 0..<row.vectorCount {
        row.store((row.load(index, padding: -.infinity) - maximum).exponential, index)
      }
    }
    return x
  }

  /// The largest element; what is not a number is passed over.
  @inline(__always)
  private static func largest(of row: FloatRow) -> Float {
    var greatest = Float8(repeating: -.infinity)
    for index in 0..<row.vectorCount {
      let vector = row.load(index, padding: -.infinity)
      greatest = greatest.replacing(with: vector, where: vector .> greatest)
    }
    return greatest.max()
  }

  /// γ·(x − mean) / √(variance + ε) + β of every row as wide as `gamma`, population variance, in
  /// two passes.
  /// - Precondition: `gamma` and `beta` are equally long.
  static func layerNorm(
    _ values: consuming [Float],
    gamma: [Float],
    beta: [Float],
    epsilon: Float
  ) -> [Float] {
    precondition(gamma.count == beta.count, "gamma and beta are equally long")
    var (x, gamma, beta) = (values, gamma, beta)
    let width = gamma.count
    gamma.withUnsafeMutableBufferPointer { gamma in
      beta.withUnsafeMutableBufferPointer { beta in
        guard let scale = gamma.baseAddress, let shift = beta.baseAddress else { return }
        let scales = FloatRow(start: scale, count: width)
        let shifts = FloatRow(start: shift, count: width)
        forEachRow(&x, width: width) { normalize($0, scales, shifts, epsilon) }
      }
    }
    return x
  }

  @inline(__always)
  private static func normalize(
    _ row: FloatRow,
    _ scales: FloatRow,
    _ shifts: FloatRow,
    _ epsilon: Float
  ) {
    let width = Float(row.count)
    var sums = Float8.zero
    for index in 0..<row.vectorCount { sums += row.load(index, padding: 0) }
    let mean = sums.sum() / width
    var squares = Float8.zero
    for index in 0..<row.vectorCount {
      let deviation = row.load(index, padding: mean) - mean
      squares += deviation * deviation
    }
    let divisor = (squares.sum() / width + epsilon).squareRoot()
    for index in 0..<row.vectorCount {
      let deviation = row.load(index, padding: 0) - mean
      let scaled = deviation / divisor * scales.load(index, padding: 0)
      row.store(scaled + shifts.load(index, padding: 0), index)
    }
  }

  /// γ·x / √(mean of x² + ε) of every row as wide as `gamma`.
  static func rmsNorm(_ values: consuming [Float], gamma: [Float], epsilon: Float) -> [Float] {
    var (x, gamma) = (values, gamma)
    let width = gamma.count
    gamma.withUnsafeMutableBufferPointer { gamma in
      guard let scale = gamma.baseAddress else { return }
      let scales = FloatRow(start: scale, count: width)
      forEachRow(&x, width: width) { row in
        var squares = Float8.zero
        for index in 0..<row.vectorCount {
          let value = row.load(index, padding: 0)
          squares += value * value
        }
        let divisor = (squares.sum() / Float(width) + epsilon).squareRoot()
        for index in 0..<row.vectorCount {
          let scaled = row.load(index, padding: 0) / divisor * scales.load(index, padding: 0)
          row.store(scaled, index)
        }
      }
    }
    return x
  }
}
