#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import IntaglioGraph

extension StagePass {
  func softmax() {
    let (x, sink) = (input(as: Float.self), output(as: Float.self))
    guard memory.runs else { return }
    kernels.normalize.softmax(
      rows: block.rows,
      columns: block.columns,
      x: x,
      stride: data.stride,
      out: sink,
      outStride: out.stride
    )
  }

  func rowExponential() {
    let (x, sink) = (input(as: Float.self), output(as: Float.self))
    guard memory.runs else { return }
    kernels.normalize.rowExponential(
      rows: block.rows,
      columns: block.columns,
      x: x,
      stride: data.stride,
      out: sink,
      outStride: out.stride
    )
  }

  func layerNorm(_ gamma: Table, _ beta: Table, _ epsilon: Float) {
    let (x, sink) = (input(as: Float.self), output(as: Float.self))
    let (scales, offsets): (UnsafePointer<Float>, UnsafePointer<Float>)
    (scales, offsets) = (column(gamma), column(beta))
    guard memory.runs else { return }
    kernels.normalize.layerNorm(
      rows: block.rows,
      columns: block.columns,
      x: x,
      stride: data.stride,
      gamma: scales,
      beta: offsets,
      epsilon: epsilon,
      out: sink,
      outStride: out.stride
    )
  }

  /// Without a kernel of its own: what a program does once a row, in float64.
  func rmsNorm(_ gamma: Table, _ epsilon: Float) {
    let scales: UnsafePointer<Float> = column(gamma)
    let (x, sink) = (input(as: Float.self), output(as: Float.self))
    guard memory.runs else { return }
    for row in 0..<block.rows {
      let (source, target) = (x + row * data.stride, sink + row * out.stride)
      var squares = 0.0
      for column in 0..<block.columns { squares += Double(source[column]) * Double(source[column]) }
      let inverse = 1 / (squares / Double(block.columns) + Double(epsilon)).squareRoot()
      for column in 0..<block.columns {
        target[column] = Float(Double(source[column]) * inverse * Double(scales[column]))
      }
    }
  }

  /// `place` is a matrix, one row for all rows, or one number for each row or for all.
  func real(_ operation: BinaryOperation, _ place: Place) {
    let (a, sink) = (input(as: Float.self), output(as: Float.self))
    let stride = place.cursor.rowStride
    if place.cursor.columnStride == 1 || block.columns == 1 && stride != 0 {
      let b = operand(place, as: Float.self)
      guard memory.runs else { return }
      kernels.binary.apply(
        operation,
        rows: block.rows,
        columns: block.columns,
        a: a,
        lda: data.stride,
        b: b,
        ldb: stride,
        out: sink,
        outStride: out.stride
      )
      return
    }
    let calls = stride == 0 ? 1 : block.rows
    memory.require(place.cursor.columnStride == 0 || block.columns == 1, "one number for a row")
    let b = operand(place, Grid(rows: calls, rowStride: stride, columns: 1), as: Float.self)
    guard memory.runs else { return }
    for call in 0..<calls {
      kernels.binary.apply(
        operation,
        rows: block.rows / calls,
        columns: block.columns,
        a: a + call * data.stride,
        lda: data.stride,
        scalar: b[call * stride],
        out: sink + call * out.stride,
        outStride: out.stride
      )
    }
  }

  func integer(_ operation: IntegerOperation, _ place: Place) {
    switch operation {
    case .add: integer(place) { $0 &+ $1 }
    case .subtract: integer(place) { $0 &- $1 }
    case .multiply: integer(place) { $0 &* $1 }
    }
  }

  @inline(__always)
  private func integer(_ place: Place, _ combine: (Int32, Int32) -> Int32) {
    let (a, sink) = (input(as: Int32.self), output(as: Int32.self))
    let isScalar = place.cursor.columnStride == 0
    let b =
      isScalar
      ? operand(
        place,
        Grid(rows: block.rows, rowStride: place.cursor.rowStride, columns: 1),
        as: Int32.self
      ) : operand(place, as: Int32.self)
    guard memory.runs else { return }
    for row in 0..<block.rows {
      let (x, y) = (a + row * data.stride, b + row * place.cursor.rowStride)
      let z = sink + row * out.stride
      if isScalar {
        let scalar = y[0]
        for column in 0..<block.columns { z[column] = combine(x[column], scalar) }
      } else {
        for column in 0..<block.columns { z[column] = combine(x[column], y[column]) }
      }
    }
  }

  func apply(_ function: Function) {
    switch function {
    case .negate: scaled(by: -1)
    case .absolute: forEach(Float.self, Float.self) { x, _ in x.magnitude }
    case .reciprocal: kernel(.reciprocal)
    case .squareRoot: kernel(.squareRoot)
    case .exp: kernel(.exponential)
    case .log: forEach(Float.self, Float.self) { x, _ in logf(x) }
    case .erf: kernel(.erf)
    case .tanh: kernel(.tanh)
    case .sigmoid: kernel(.sigmoid)
    case .relu: kernel(.relu)
    case .gelu: kernel(.geluErf)
    case .geluTanh: kernel(.geluTanh)
    case .silu: silu()
    case .hardSwish:
      forEach(Float.self, Float.self) { x, _ in x * min(max(x / 6 + 0.5, 0), 1) }
    case .clip(let lower, let upper):
      let (x, sink) = (input(as: Float.self), output(as: Float.self))
      guard memory.runs else { return }
      kernels.unary.clip(
        rows: block.rows,
        columns: block.columns,
        x: x,
        stride: data.stride,
        limits: Float(lower)...Float(upper),
        out: sink,
        outStride: out.stride
      )
    case .power(2):
      forEach(Float.self, Float.self) { x, _ in x * x }
    case .power(let exponent):
      forEach(Float.self, Float.self) { x, _ in Float(pow(Double(x), exponent)) }
    }
  }

  private func kernel(_ function: UnaryFunction) {
    let (x, sink) = (input(as: Float.self), output(as: Float.self))
    guard memory.runs else { return }
    kernels.unary.apply(
      function,
      rows: block.rows,
      columns: block.columns,
      x: x,
      stride: data.stride,
      out: sink,
      outStride: out.stride
    )
  }

  private func scaled(by factor: Float) {
    let (x, sink) = (input(as: Float.self), output(as: Float.self))
    guard memory.runs else { return }
    kernels.binary.apply(
      .multiply,
      rows: block.rows,
      columns: block.columns,
      a: x,
      lda: data.stride,
      scalar: factor,
      out: sink,
      outStride: out.stride
    )
  }

  /// x · sigmoid(x), not in place: x is needed once more.
  private func silu() {
    kernel(.sigmoid)
    let (x, sink) = (input(as: Float.self), output(as: Float.self))
    guard memory.runs else { return }
    kernels.binary.apply(
      .multiply,
      rows: block.rows,
      columns: block.columns,
      a: sink,
      lda: out.stride,
      b: x,
      ldb: data.stride,
      out: sink,
      outStride: out.stride
    )
  }
}
