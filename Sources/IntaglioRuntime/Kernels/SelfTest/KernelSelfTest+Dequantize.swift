import IntaglioNumerics

extension KernelSelfTest {
  func dequantizeChecks() -> [KernelCheck] {
    tables.flatMap { instructionSet, table in
      let kernels = table.dequantize
      return ["i32", "u8", "s8"].flatMap { type in
        ["affine", "centered"].map { form in
          let name = "intaglio_dequantize_\(form)_\(type)__\(instructionSet)"
          return check(name, instructionSet, on: matrixCases) { size, generator in
            dequantizeTrial(kernels, size, type: type, affine: form == "affine", &generator)
          }
        }
      }
    }
  }

  private func dequantizeTrial(
    _ kernels: DequantizeKernels,
    _ size: MatrixCase,
    type: String,
    affine: Bool,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let vectors = ColumnVectors(size.columns, &generator)
    switch type {
    case "i32":
      let codes = randomIntegers(size.count, &generator)
      return trial(size, codes, vectors, affine, affineKernel: kernels.affine, kernels.centered)
    case "u8":
      let codes = randomBytes(size.count, &generator)
      return trial(size, codes, vectors, affine, affineKernel: kernels.affine, kernels.centered)
    default:
      let codes = randomBytes(size.count, &generator).map(Int8.init(bitPattern:))
      return trial(size, codes, vectors, affine, affineKernel: kernels.affine, kernels.centered)
    }
  }

  private typealias Affine<Code> = (
    Int, Int, UnsafePointer<Code>, Int, UnsafePointer<Float>, UnsafePointer<Float>,
    UnsafeMutablePointer<Float>, Int
  ) -> Void
  private typealias Centered<Code> = (
    Int, Int, UnsafePointer<Code>, Int, UnsafePointer<Int32>, UnsafePointer<Float>,
    UnsafeMutablePointer<Float>, Int
  ) -> Void

  /// Against the formula; the order of operations is the formula's.
  private func trial<Code: FixedWidthInteger & BitwiseCopyable>(
    _ size: MatrixCase,
    _ values: [Code],
    _ vectors: ColumnVectors,
    _ affine: Bool,
    affineKernel: Affine<Code>,
    _ centeredKernel: Centered<Code>
  ) -> KernelTrial {
    let codes = GuardedBuffer(values, placement: placement)
    let scale = GuardedBuffer(vectors.scale, placement: placement)
    let offset = GuardedBuffer(vectors.offset, placement: placement)
    let zero = GuardedBuffer(vectors.zero, placement: placement)
    let out = GuardedBuffer([Float](repeating: 77, count: size.outCount), placement: placement)
    let (rows, columns) = (size.rows, size.columns)
    if affine {
      affineKernel(
        rows,
        columns,
        codes.base,
        size.stride,
        scale.base,
        offset.base,
        out.base,
        size.outStride
      )
    } else {
      centeredKernel(
        rows,
        columns,
        codes.base,
        size.stride,
        zero.base,
        scale.base,
        out.base,
        size.outStride
      )
    }
    let expected = size.result(gap: Float(77)) { i, j in
      let code = Int32(values[i * size.stride + j])
      return affine
        ? vectors.scale[j] * Float(code) + vectors.offset[j]
        : Float(code &- vectors.zero[j]) * vectors.scale[j]
    }
    return KernelTrial(out, expected)
  }
}

/// Random scales, offsets and zero points, some of the scales negative.
private struct ColumnVectors {
  let scale: [Float]
  let offset: [Float]
  let zero: [Int32]

  init(_ columns: Int, _ generator: inout SplitMix64) {
    scale = (0..<columns).map { _ in Float.random(in: -2...2, using: &generator) }
    offset = (0..<columns).map { _ in Float.random(in: -100...100, using: &generator) }
    zero = (0..<columns).map { _ in Int32.random(in: -128...255, using: &generator) }
  }
}
