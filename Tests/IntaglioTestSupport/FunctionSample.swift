public import IntaglioGraph

/// A function of one real number, and what tests of every target have to know of it.
///
/// The one place where tests name the functions without parameters that are defined everywhere: a new
/// one is a line of `all`, and its meaning, tables, ranges, kernels and ONNX operator are tested.
public struct FunctionSample: Sendable, CustomStringConvertible {
  /// How far float32 may be from the true value, for every float within ±`limit`.
  public enum Accuracy: Sendable {
    /// In units of the last place.
    case ulps(Double, within: Float)
    /// Relative to the larger of 1 and the value, where terms cancel.
    case relativeToOne(Double, within: Float)
  }

  public enum Exactness: Sendable {
    /// Fractions of powers of two stay short ones.
    case dyadic
    /// Ratios become ratios.
    case rational
    case irrational
  }

  public let function: Function
  public let exactness: Exactness
  /// The values at −2 and at 1, to 17 digits.
  public let values: [Double]
  public let accuracy: Accuracy
  /// The ONNX operator that is this function and needs no attribute; `nil` where there is none.
  public let onnx: String?

  public var description: String { function.name }

  private init(
    _ function: Function,
    _ exactness: Exactness,
    at values: [Double],
    _ accuracy: Accuracy,
    onnx: String? = nil
  ) {
    (self.function, self.exactness, self.values) = (function, exactness, values)
    (self.accuracy, self.onnx) = (accuracy, onnx)
  }

  public static let arguments: [Double] = [-2, 1]

  public static let all: [FunctionSample] = [
    .init(.negate, .dyadic, at: [2, -1], .ulps(0, within: 100), onnx: "Neg"),
    .init(.absolute, .dyadic, at: [2, 1], .ulps(0, within: 100), onnx: "Abs"),
    .init(.relu, .dyadic, at: [0, 1], .ulps(0, within: 100), onnx: "Relu"),
    .init(
      .exp,
      .irrational,
      at: [0.1353352832366127, 2.718281828459045],
      .ulps(2, within: 87),
      onnx: "Exp"
    ),
    .init(
      .erf,
      .irrational,
      at: [-0.9953222650189527, 0.8427007929497149],
      .ulps(2, within: 6),
      onnx: "Erf"
    ),
    .init(
      .tanh,
      .irrational,
      at: [-0.9640275800758169, 0.7615941559557649],
      .ulps(3, within: 10),
      onnx: "Tanh"
    ),
    .init(
      .sigmoid,
      .irrational,
      at: [0.11920292202211756, 0.7310585786300049],
      .ulps(4, within: 80),
      onnx: "Sigmoid"
    ),
    .init(
      .gelu,
      .irrational,
      at: [-0.0455002638963584, 0.8413447460685429],
      .relativeToOne(2e-7, within: 10)
    ),
    .init(
      .geluTanh,
      .irrational,
      at: [-0.04540230591222494, 0.8411919906082768],
      .relativeToOne(3e-7, within: 10)
    ),
    .init(
      .silu,
      .irrational,
      at: [-0.2384058440442351, 0.7310585786300049],
      .relativeToOne(3e-7, within: 10)
    ),
    .init(
      .hardSwish,
      .rational,
      at: [-1.0 / 3, 2.0 / 3],
      .ulps(4, within: 2.5),
      onnx: "HardSwish"
    ),
  ]
}

extension FunctionSample {
  /// Function, limit and bound of those whose error is in units of the last place.
  public static var withinUlps: [(Function, Float, Double)] {
    all.compactMap { sample in
      guard case .ulps(let bound, let limit) = sample.accuracy else { return nil }
      return (sample.function, limit, bound)
    }
  }

  /// The same of those whose error is relative to the larger of 1 and the value.
  public static var nearOne: [(Function, Float, Double)] {
    all.compactMap { sample in
      guard case .relativeToOne(let bound, let limit) = sample.accuracy else { return nil }
      return (sample.function, limit, bound)
    }
  }
}

extension [FunctionSample] {
  public var functions: [Function] { map(\.function) }
}
