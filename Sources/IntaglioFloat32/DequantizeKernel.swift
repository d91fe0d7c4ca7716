import IntaglioGraph
import IntaglioNumerics

/// code → float: (q − z)·s, plus an offset where there is one.
struct DequantizeKernel {
  private let parameters: Float32Parameters
  private let walk: StridedWalk
  /// Whether q − z stays within 32 bits.
  private let isNarrow: Bool

  init(parameters: Float32Parameters, walk: StridedWalk, _ type: IntegerType) {
    self.parameters = parameters
    self.walk = walk
    let largestZeroPoint = parameters.largestZeroPoint
    self.isNarrow = largestZeroPoint == 0 || (type.bits <= 24 && largestZeroPoint < 1 << 24)
  }

  func apply(to codes: [Int32]) -> [Float] {
    let products = isNarrow ? narrow(codes) : wide(codes)
    guard !parameters.offset.isEmpty else { return products }
    return ElementKernels.zip(products, parameters.offset, walk) { $0 + $1 }
  }

  private func narrow(_ codes: [Int32]) -> [Float] {
    let scaled: [Float]
    if parameters.largestZeroPoint == 0 {
      scaled = ElementKernels.zip(codes, parameters.scale, walk) { Float($0) * $1 }
    } else {
      let shifted = ElementKernels.zip(codes, parameters.zeroPoint, walk) { Float($0 &- $1) }
      scaled = ElementKernels.zip(shifted, parameters.scale, walk) { $0 * $1 }
    }
    return scaled
  }

  private func wide(_ codes: [Int32]) -> [Float] {
    let shifted = ElementKernels.zip(codes, parameters.zeroPoint, walk) {
      Float(Int($0) - Int($1))
    }
    return ElementKernels.zip(shifted, parameters.scale, walk) { $0 * $1 }
  }
}
