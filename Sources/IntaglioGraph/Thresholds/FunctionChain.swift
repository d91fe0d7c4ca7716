import IntaglioNumerics

/// Functions applied one after the other, first to last, without any doubt about the result.
struct FunctionChain: Hashable, Sendable {
  let functions: [Function]

  /// Enough for doubles of every size, and for every value that is not on the tie itself.
  private static let precisions = [96, 192, 384, 768, 1024]

  /// The value at a number: exact, or an interval that holds it.
  private enum Value {
    case exact(Rational)
    case near(Interval)
  }

  /// Whether the value at x is below (−1), at (0) or above (+1) `limit`.
  func side(of limit: Rational, at x: Rational) throws(FunctionQuantizationError) -> Int {
    try decide(x) { value in
      switch value {
      case .exact(let value): return value < limit ? -1 : value == limit ? 0 : 1
      case .near(let interval):
        if interval.upper.rational < limit { return -1 }
        return interval.lower.rational > limit ? 1 : nil
      }
    }
  }

  /// The code of the value at x.
  func code(at x: Rational, _ quantizer: ScalarQuantizer) throws(FunctionQuantizationError) -> Int {
    try decide(x) { value in
      switch value {
      case .exact(let value): return quantizer(value)
      case .near(let interval):
        let code = quantizer(interval.lower.rational)
        return code == quantizer(interval.upper.rational) ? code : nil
      }
    }
  }

  /// The answer of the first precision that has one.
  private func decide<T>(
    _ x: Rational,
    _ answer: (Value) -> T?
  ) throws(FunctionQuantizationError) -> T {
    var fault = FunctionQuantizationError.undecided(functions.last, argument: x)
    for precision in Self.precisions {
      do {
        if let answer = answer(try value(at: x, precision)) { return answer }
      } catch {
        // An interval may reach beyond the domain only because it is wide.
        fault = error
      }
    }
    throw fault
  }

  private func value(
    at x: Rational,
    _ precision: Int
  ) throws(FunctionQuantizationError) -> Value {
    var value = Value.exact(x)
    for function in functions {
      do throws(IntervalError) {
        switch value {
        case .exact(let exact):
          if let next = try function.exactValue(at: exact) {
            value = .exact(next)
          } else {
            value = .near(try function.interval(of: Interval(exact, precision: precision)))
          }
        case .near(let interval):
          value = .near(try function.interval(of: interval))
        }
      } catch {
        throw .domain(function, argument: x)
      }
    }
    return value
  }
}
