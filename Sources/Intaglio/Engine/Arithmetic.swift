/// The arithmetic in which a model answers: the same four words in every command and report.
public enum Arithmetic: String, Sendable, CaseIterable, Codable {
  /// Float32 on BLAS, dequantize-then-multiply: what an ordinary runtime does.
  case float32
  /// Float64, one operation after the other: what the model means.
  case oracle
  /// The integer program: every matrix multiplication on integers, softmax, LayerNorm, functions and the
  /// residual stream in float32.
  case integer
  /// The integer program without any floats between the quantized image and the logits.
  case integerOnly = "integer-only"

  /// One of the four words, or what `float32` was called before: `reference` and `float`.
  public init?(word: String) {
    switch word {
    case "reference", "float": self = .float32
    default: self.init(rawValue: word)
    }
  }

  /// Whether matrix multiplications run on integers.
  public var isInteger: Bool {
    switch self {
    case .integer, .integerOnly: true
    case .float32, .oracle: false
    }
  }

  /// `float32, oracle, integer, integer-only`.
  static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
