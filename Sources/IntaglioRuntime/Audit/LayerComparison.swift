public import IntaglioGraph

/// How the codes of one node compare with the oracle's, when everything before was the oracle's.
public struct LayerComparison: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, Codable {
    /// Codes from an accumulator, in integers only: no difference is acceptable.
    case integer
    /// Codes of a real that float32 arithmetic has made: a difference must be a tie.
    case real
  }

  /// One code that differs.
  public struct Difference: Hashable, Sendable {
    public let sample: Int
    /// Among the elements of the value, row-major.
    public let position: Int
    public let expected: Int
    public let found: Int
    /// Why float32 rounding can explain it; `nil` between integers.
    public let tie: TieDistance?
  }

  /// Shows that a difference is a tie: float32 rounding, `inputError`, is what it takes to cross.
  public struct TieDistance: Hashable, Sendable {
    /// |x/s + z − nearest tie| of the oracle's x, in float64.
    public let distance: Double
    /// |x − oracle's x| / |s| with the executor's x.
    public let inputError: Double
    /// |x/s| + |z|: what float32 rounds when it divides and shifts.
    public let magnitude: Double

    /// Whether the error of x, and one rounding of quotient and sum each, reach over the tie.
    public var isExplained: Bool { distance <= inputError + magnitude * 0x1p-22 }
  }

  public let value: Value
  public let name: String
  public let kind: Kind
  /// How many codes were compared.
  public internal(set) var count = 0
  public internal(set) var differences: [Difference] = []

  /// The share of equal codes; 1 where nothing was compared.
  public var agreement: Double {
    count == 0 ? 1 : Double(count - differences.count) / Double(count)
  }

  init(value: Value, name: String, kind: Kind) {
    self.value = value
    self.name = name
    self.kind = kind
  }
}
