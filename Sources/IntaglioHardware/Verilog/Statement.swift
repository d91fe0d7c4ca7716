extension Verilog {
  /// A step of a process.
  public indirect enum Statement: Hashable, Sendable {
    /// Takes effect at the clock's edge in a clocked process and at once in any other.
    case assign(Reference, Expression)
    case when(Expression, [Statement], otherwise: [Statement] = [])
    /// The branch of the value that the subject has; `otherwise` covers all that none names.
    case select(Expression, [Branch], otherwise: [Statement])
    /// For every index from `from` to below `below`.
    case loop(LoopIndex, from: Affine, below: Affine, [Statement])
    /// Fills an array from a file of hexadecimal words.
    case load(Signal, file: String)
    /// Prints; for test benches.
    case display(String, [Expression])
    /// Ends the simulation; for test benches.
    case finish

    public struct Branch: Hashable, Sendable {
      public let value: Expression
      public let body: [Statement]
      public init(_ value: Expression, _ body: [Statement]) {
        (self.value, self.body) = (value, body)
      }
    }

    /// For every index below `count`.
    public static func loop(_ index: LoopIndex, _ count: Int, _ body: [Statement]) -> Self {
      .loop(index, from: 0, below: Affine(count), body)
    }
  }
}
