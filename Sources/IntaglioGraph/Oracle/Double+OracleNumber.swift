public import IntaglioNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension Double: OracleNumber {
  public init(_ exact: Rational) { self = exact.doubleValue }
  public init(constant: Double) throws(ArithmeticFault) { self = constant }

  public func divided(by divisor: Double) throws(ArithmeticFault) -> Double { self / divisor }

  public func quantized(
    scale: Double,
    zeroPoint: Int,
    within range: ClosedRange<Int>,
    _ placement: ZeroPointPlacement
  ) throws(ArithmeticFault) -> Int {
    guard !isNaN else { throw .notANumber }
    let (lower, upper) = (Double(range.lowerBound), Double(range.upperBound))
    let (quotient, shift) = (self / scale, Double(zeroPoint))
    let code =
      switch placement {
      case .beforeRounding: (quotient + shift).clamped(lower, upper).roundedHalfEven
      // Whole bounds pass through rounding, so clamping first changes nothing but the range.
      case .afterRounding:
        quotient.clamped(lower - shift, upper - shift).roundedHalfEven + shift
      }
    return Int(code)
  }

  public func raised(to exponent: Double) throws(ArithmeticFault) -> Double {
    power(self, exponent)
  }

  /// exp(x − max) over its sum.
  public static func softmax(_ values: [Double], width: Int) throws(ArithmeticFault) -> [Double] {
    var result = try rowExponential(values, width: width)
    for start in stride(from: 0, to: values.count, by: Swift.max(1, width)) {
      var sum = 0.0
      for index in start..<start + width { sum += result[index] }
      for index in start..<start + width { result[index] /= sum }
    }
    return result
  }

  public static func rowExponential(
    _ values: [Double],
    width: Int
  ) throws(ArithmeticFault) -> [Double] {
    var result = values
    for start in stride(from: 0, to: values.count, by: Swift.max(1, width)) {
      var greatest = values[start]
      for index in start..<start + width where values[index] > greatest {
        greatest = values[index]
      }
      for index in start..<start + width {
        result[index] = try (values[index] - greatest).applying(.exp as TranscendentalFunction)
      }
    }
    return result
  }

  public static func layerNorm(
    _ values: [Double],
    gamma: [Double],
    beta: [Double],
    epsilon: Double
  ) throws(ArithmeticFault) -> [Double] {
    var result = values
    let width = gamma.count
    for start in stride(from: 0, to: values.count, by: Swift.max(1, width)) {
      var sum = 0.0
      for index in start..<start + width { sum += values[index] }
      let mean = sum / Double(width)
      var squares = 0.0
      for index in start..<start + width {
        result[index] = values[index] - mean
        squares += result[index] * result[index]
      }
      let deviation = (squares / Double(width) + epsilon).squareRoot()
      for index in 0..<width {
        result[start + index] = result[start + index] / deviation * gamma[index] + beta[index]
      }
    }
    return result
  }

  public static func rmsNorm(
    _ values: [Double],
    gamma: [Double],
    epsilon: Double
  ) throws(ArithmeticFault) -> [Double] {
    var result = values
    let width = gamma.count
    for start in stride(from: 0, to: values.count, by: Swift.max(1, width)) {
      var squares = 0.0
      for index in start..<start + width { squares += values[index] * values[index] }
      let root = (squares / Double(width) + epsilon).squareRoot()
      for index in 0..<width { result[start + index] = values[start + index] / root * gamma[index] }
    }
    return result
  }

  public static func multiply(_ a: [Double], _ b: [Double], _ batch: MatrixBatch) -> [Double] {
    MatrixProduct(batch).callAsFunction(a, b)
  }
}

extension Double {
  fileprivate func clamped(_ lower: Double, _ upper: Double) -> Double {
    self < lower ? lower : self > upper ? upper : self
  }

  /// Half to even by way of the last bit: adding 1.5·2⁵² leaves no room for a fraction.
  fileprivate var roundedHalfEven: Double {
    magnitude < 0x1p51 ? (self + 0x1.8p52) - 0x1.8p52 : rounded(.toNearestOrEven)
  }
}

// The C function, under a name that the methods above do not hide.
private func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
