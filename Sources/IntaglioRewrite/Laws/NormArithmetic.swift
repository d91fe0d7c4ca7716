/// How the codes behind a LayerNorm or RMSNorm are decided.
public enum NormArithmetic: Hashable, Sendable {
  /// By squares, with the parameters of the model: no code is ever wrong.
  case exact
  /// By squares, with γ/s′ and β/s′ rounded to that many bits behind the point, and ε as finely: what a
  /// code is rounded from is within a stated bound, and the numbers that hardware compares are short.
  case rounded(fractionBits: Int)
  /// With an integer root.
  case fixedPoint

  /// The bits behind the point that can be asked for.
  public static let fractionBits = 4...24
}
