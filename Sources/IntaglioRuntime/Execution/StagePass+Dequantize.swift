extension StagePass {
  /// (q − zero) · scale.
  func dequantize(zero: Table, scale: Table) {
    let kernel = kernels.dequantize
    let (rows, columns) = (block.rows, block.columns)
    let sink = output(as: Float.self)
    switch data.format {
    case .float32:
      preconditionFailure("a plan dequantizes integers only")
    case .int32:
      kernel.centered(
        rows: rows,
        columns: columns,
        codes: input(as: Int32.self),
        stride: data.stride,
        zero: column(zero),
        scale: column(scale),
        out: sink,
        outStride: out.stride
      )
    case .code(let format) where format.isSigned:
      kernel.centered(
        rows: rows,
        columns: columns,
        codes: input(as: Int8.self),
        stride: data.stride,
        zero: column(zero),
        scale: column(scale),
        out: sink,
        outStride: out.stride
      )
    case .code:
      kernel.centered(
        rows: rows,
        columns: columns,
        codes: input(as: UInt8.self),
        stride: data.stride,
        zero: column(zero),
        scale: column(scale),
        out: sink,
        outStride: out.stride
      )
    }
  }

  /// scale · q + offset.
  func dequantize(scale: Table, offset: Table) {
    let kernel = kernels.dequantize
    let (rows, columns) = (block.rows, block.columns)
    let sink = output(as: Float.self)
    switch data.format {
    case .float32:
      preconditionFailure("a plan dequantizes integers only")
    case .int32:
      kernel.affine(
        rows: rows,
        columns: columns,
        codes: input(as: Int32.self),
        stride: data.stride,
        scale: column(scale),
        offset: column(offset),
        out: sink,
        outStride: out.stride
      )
    case .code(let format) where format.isSigned:
      kernel.affine(
        rows: rows,
        columns: columns,
        codes: input(as: Int8.self),
        stride: data.stride,
        scale: column(scale),
        offset: column(offset),
        out: sink,
        outStride: out.stride
      )
    case .code:
      kernel.affine(
        rows: rows,
        columns: columns,
        codes: input(as: UInt8.self),
        stride: data.stride,
        scale: column(scale),
        offset: column(offset),
        out: sink,
        outStride: out.stride
      )
    }
  }
}
