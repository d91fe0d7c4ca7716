import IntaglioGraph
import IntaglioNumerics

/// float → code, as ordinary runtimes do: divide by the scale in float32, round half to even.
struct QuantizeKernel {
  private let parameters: Float32Parameters
  private let walk: StridedWalk
  private let placement: ZeroPointPlacement
  private let lower: Float
  private let upper: Float
  /// Whether every clamped value is below 2²², where adding 1.5·2²³ rounds to an integer.
  private let isNarrow: Bool
  private let range: ClosedRange<Int>

  init(parameters: Float32Parameters, walk: StridedWalk, _ quantizer: Quantizer) {
    self.parameters = parameters
    self.walk = walk
    self.placement = quantizer.placement
    self.range = quantizer.type.range
    self.lower = Float(range.lowerBound)
    self.upper = Float(range.upperBound)
    self.isNarrow = quantizer.type.bits <= 20 && parameters.largestZeroPoint < 1 << 20
  }

  func apply(to values: [Float]) throws(ArithmeticFault) -> [Int32] {
    var isMissing: UInt32 = 0
    for value in values { isMissing |= value != value ? 1 : 0 }
    guard isMissing == 0 else { throw .notANumber }
    let entries = [Int32](0..<Int32(parameters.zeroPoint.count))
    guard isNarrow else { return ElementKernels.zip(values, entries, walk, wide) }
    let (lower, upper) = (lower, upper)
    // One loop with everything uniform, or one that looks up scale and zero point by entry.
    if entries.count == 1 {
      let (scale, zeroPoint) = (parameters.scale[0], Float(parameters.zeroPoint[0]))
      switch placement {
      case .afterRounding:
        let (low, high, shift) = (lower - zeroPoint, upper - zeroPoint, parameters.zeroPoint[0])
        return ElementKernels.zip(values, entries, walk) { x, _ in
          Self.rounded(x / scale, low, high) &+ shift
        }
      case .beforeRounding:
        return ElementKernels.zip(values, entries, walk) { x, _ in
          Self.rounded(x / scale + zeroPoint, lower, upper)
        }
      }
    }
    return ElementKernels.zip(values, entries, walk) { x, entry in narrow(x, Int(entry)) }
  }

  @inline(__always)
  private func narrow(_ x: Float, _ entry: Int) -> Int32 {
    let (quotient, zeroPoint) = (x / parameters.scale[entry], parameters.zeroPoint[entry])
    let shift = Float(zeroPoint)
    switch placement {
    case .afterRounding:
      return Self.rounded(quotient, lower - shift, upper - shift) &+ zeroPoint
    case .beforeRounding:
      return Self.rounded(quotient + shift, lower, upper)
    }
  }

  @inline(__always)
  private static func rounded(_ x: Float, _ lower: Float, _ upper: Float) -> Int32 {
    let clamped = x < lower ? lower : x > upper ? upper : x
    return Int32(truncatingIfNeeded: (clamped + 0x1.8p23).bitPattern &- 0x4B40_0000)
  }

  private func wide(_ x: Float, _ entry: Int32) -> Int32 {
    let quotient = Double(x / parameters.scale[Int(entry)])
    let shift = Double(parameters.zeroPoint[Int(entry)])
    let code =
      switch placement {
      case .afterRounding: quotient.rounded(.toNearestOrEven) + shift
      case .beforeRounding: (quotient + shift).rounded(.toNearestOrEven)
      }
    let clamped = min(Double(range.upperBound), max(Double(range.lowerBound), code))
    return Int32(clamped)
  }
}
