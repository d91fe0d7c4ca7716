extension Verilog {
  /// A name that carries bits: a port, a wire, a register, or an array of registers.
  public struct Signal: Hashable, Sendable {
    public let name: String
    /// Of the signal, or of every word of an array.
    public let type: SignalType
    /// How many words an array has; `nil` where there is only one.
    public let depth: Int?

    public init(_ name: String, _ type: SignalType, depth: Int? = nil) {
      (self.name, self.type, self.depth) = (name, type, depth)
    }

    /// The whole signal.
    public var reference: Reference { .signal(self) }
    public var value: Expression { .reference(reference) }

    /// The word of an array at `address`.
    public subscript(address: Expression) -> Reference { .word(self, address) }
  }

  /// What can be read, assigned, sliced and extended: a signal or a part of one.
  public indirect enum Reference: Hashable, Sendable {
    case signal(Signal)
    case word(Signal, Expression)
    /// `bits` bits from `low` on, always unsigned.
    case slice(Reference, low: Affine, bits: Int)

    /// The signal that this is, or is a part of.
    public var signal: Signal {
      switch self {
      case .signal(let signal), .word(let signal, _): signal
      case .slice(let whole, _, _): whole.signal
      }
    }

    public var value: Expression { .reference(self) }

    /// `bits` bits from `low` on.
    public func slice(_ low: Affine, bits: Int) -> Reference { .slice(self, low: low, bits: bits) }

    /// The same number in a wider type.
    public func extended(to type: SignalType) -> Expression { value.extended(to: type) }

    /// Its type, whatever is right or wrong with its indices.
    var type: SignalType {
      switch self {
      case .signal(let signal), .word(let signal, _): signal.type
      case .slice(_, _, let bits): .unsigned(bits)
      }
    }
  }
}
