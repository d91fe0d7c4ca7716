extension StagePass {
  /// (q − zero) · scale.
  func dequantize(zero: Table, scale: Table) {
    let (zeros, scales): (UnsafePointer<Int32>, UnsafePointer<Float>)
    (zeros, scales) = (column(zero), column(scale))
    let sink = output(as: Float.self)
    let kernel = kernels.dequantize
    let (rows, columns) = (block.rows, block.columns)
    switch data.format {
    case .float32:
      memory.require(false, "integers to dequantize")
    case .int32:
      let codes = input(as: Int32.self)
      guard memory.runs else { return }
      kernel.centered(
        rows: rows,
        columns: columns,
        codes: codes,
        stride: data.stride,
        zero: zeros,
        scale: scales,
        out: sink,
        outStride: out.stride
      )
    case .code(let format) where format.isSigned:
      let codes = input(as: Int8.self)
      guard memory.runs else { return }
      kernel.centered(
        rows: rows,
        columns: columns,
        codes: codes,
        stride: data.stride,
        zero: zeros,
        scale: scales,
        out: sink,
        outStride: out.stride
      )
    case .code:
      let codes = input(as: UInt8.self)
      guard memory.runs else { return }
      kernel.centered(
        rows: rows,
        columns: columns,
        codes: codes,
        stride: data.stride,
        zero: zeros,
        scale: scales,
        out: sink,
        outStride: out.stride
      )
    }
  }

  /// scale · q + offset.
  func dequantize(scale: Table, offset: Table) {
    let (scales, offsets): (UnsafePointer<Float>, UnsafePointer<Float>)
    (scales, offsets) = (column(scale), column(offset))
    let sink = output(as: Float.self)
    let kernel = kernels.dequantize
    let (rows, columns) = (block.rows, block.columns)
    switch data.format {
    case .float32:
      memory.require(false, "integers to dequantize")
    case .int32:
      let codes = input(as: Int32.self)
      guard memory.runs else { return }
      kernel.affine(
        rows: rows,
        columns: columns,
        codes: codes,
        stride: data.stride,
        scale: scales,
        offset: offsets,
        out: sink,
        outStride: out.stride
      )
    case .code(let format) where format.isSigned:
      let codes = input(as: Int8.self)
      guard memory.runs else { return }
      kernel.affine(
        rows: rows,
        columns: columns,
        codes: codes,
        stride: data.stride,
        scale: scales,
        offset: offsets,
        out: sink,
        outStride: out.stride
      )
    case .code:
      let codes = input(as: UInt8.self)
      guard memory.runs else { return }
      kernel.affine(
        rows: rows,
        columns: columns,
        codes: codes,
        stride: data.stride,
        scale: scales,
        offset: offsets,
        out: sink,
        outStride: out.stride
      )
    }
  }
}
