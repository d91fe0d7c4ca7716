import IntaglioNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The functions whose values are irrational almost everywhere.
public enum TranscendentalFunction: Hashable, Sendable {
  case squareRoot, exp, log, erf, tanh, sigmoid, gelu, geluTanh, silu
}

extension OracleNumber {
  func applying(_ function: Function) throws(ArithmeticFault) -> Self {
    let zero = Self(0)
    switch function {
    case .negate: return -self
    case .absolute: return self < zero ? -self : self
    case .reciprocal: return try Self(1).divided(by: self)
    case .relu: return self < zero ? zero : self
    case .clip(let lower, let upper): return try clipped(lower, upper)
    case .hardSwish:
      let ramp = try divided(by: Self(6)) + Self(Rational(1, over: 2))
      return self * (ramp < zero ? zero : ramp > Self(1) ? Self(1) : ramp)
    case .power(let exponent): return try raised(to: exponent)
    case .squareRoot: return try applying(.squareRoot as TranscendentalFunction)
    case .exp: return try applying(.exp as TranscendentalFunction)
    case .log: return try applying(.log as TranscendentalFunction)
    case .erf: return try applying(.erf as TranscendentalFunction)
    case .tanh: return try applying(.tanh as TranscendentalFunction)
    case .sigmoid: return try applying(.sigmoid as TranscendentalFunction)
    case .gelu: return try applying(.gelu as TranscendentalFunction)
    case .geluTanh: return try applying(.geluTanh as TranscendentalFunction)
    case .silu: return try applying(.silu as TranscendentalFunction)
    }
  }

  /// Bounds may be infinite; a value that is not a number stays one.
  private func clipped(_ lower: Double, _ upper: Double) throws(ArithmeticFault) -> Self {
    var result = self
    if lower.isFinite {
      let bound = try Self(constant: lower)
      if result < bound { result = bound }
    }
    if upper.isFinite {
      let bound = try Self(constant: upper)
      if result > bound { result = bound }
    }
    return result
  }
}

extension Double {
  public func applying(_ function: TranscendentalFunction) throws(ArithmeticFault) -> Double {
    switch function {
    case .squareRoot: return squareRoot()
    case .exp: return exponential(self)
    case .log: return logarithm(self)
    case .erf: return errorFunction(self)
    case .tanh: return hyperbolicTangent(self)
    case .sigmoid: return 1 / (1 + exponential(-self))
    case .gelu: return self * 0.5 * (1 + errorFunction(self / 2.0.squareRoot()))
    case .geluTanh:
      let inner = (2 / Double.pi).squareRoot() * (self + 0.044715 * self * self * self)
      return self * 0.5 * (1 + hyperbolicTangent(inner))
    case .silu: return self / (1 + exponential(-self))
    }
  }
}

// The C functions, under names that the methods above do not hide.
private func exponential(_ x: Double) -> Double { exp(x) }
private func logarithm(_ x: Double) -> Double { log(x) }
private func errorFunction(_ x: Double) -> Double { erf(x) }
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
