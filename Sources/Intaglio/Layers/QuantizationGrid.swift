import IntaglioGraph
import IntaglioNumerics

/// Where the codes of a quantizer lie on the real line, stretched over one tensor.
struct QuantizationGrid: Sendable {
  private let quantizer: Quantizer
  /// Whether the scale is unknown and codes count steps of 1.
  let isInSteps: Bool
  private let scales: [Double]
  private let zeroPoints: [Int]
  /// For every element its entry of `scales` and of `zeroPoints`; `nil` where there is one for all.
  private let scaleEntries: [Int32]?
  private let zeroPointEntries: [Int32]?

  /// - Precondition: the parameters of `quantizer` stretch over `shape`.
  init(_ quantizer: Quantizer, over shape: [Int], isInSteps: Bool = false) {
    self.quantizer = quantizer
    self.isInSteps = isInSteps
    let (scale, zeroPoint) = (quantizer.scale, quantizer.zeroPoint)
    scales = scale.values.map(\.doubleValue)
    zeroPoints = zeroPoint.values
    scaleEntries = scale.uniform == nil ? scale.indices(over: shape) : nil
    zeroPointEntries = zeroPoint.uniform == nil ? zeroPoint.indices(over: shape) : nil
  }

  var type: IntegerType { quantizer.type }

  /// Whether equal codes mean equal numbers on both grids, as far as their scales are known.
  func matches(_ other: QuantizationGrid) -> Bool {
    guard type == other.type else { return false }
    if isInSteps || other.isInSteps { return true }
    return quantizer.scale == other.quantizer.scale
      && quantizer.zeroPoint == other.quantizer.zeroPoint
  }

  /// scale · (code − zero point) of every element.
  func reals(_ codes: [Int]) -> [Double] {
    codes.indices.map { scale(at: $0) * Double(codes[$0] - zeroPoint(at: $0)) }
  }

  /// The code nearest to every element, `nil` when one is no finite number.
  func codes(_ reals: [Double]) -> [Int]? {
    guard reals.allSatisfy(\.isFinite) else { return nil }
    let (lower, upper) = (Double(type.range.lowerBound), Double(type.range.upperBound))
    return reals.indices.map { index in
      let exact = reals[index] / scale(at: index) + Double(zeroPoint(at: index))
      return Int(min(upper, max(lower, exact)).rounded(.toNearestOrEven))
    }
  }

  /// How many codes lie at an end of the type, and how many of these do not stand for zero.
  func saturation(_ codes: [Int]) -> (ends: Int, clipped: Int) {
    var (ends, clipped) = (0, 0)
    let range = type.range
    for (index, code) in codes.enumerated() {
      guard code == range.lowerBound || code == range.upperBound else { continue }
      ends += 1
      if code != zeroPoint(at: index) { clipped += 1 }
    }
    return (ends, clipped)
  }

  private func scale(at index: Int) -> Double { scales[scaleEntries.map { Int($0[index]) } ?? 0] }
  private func zeroPoint(at index: Int) -> Int {
    zeroPoints[zeroPointEntries.map { Int($0[index]) } ?? 0]
  }
}
