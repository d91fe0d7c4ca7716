import BigInt
public import IntaglioGraph
public import IntaglioNumerics

/// D ≥ 0 → e ≈ c·2^(−s·log₂e·D): the exponentials of equations (23), (24) and (32).
public struct ExponentialUnit: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case base2(Base2Exponential)
    case product(Base2ProductExponential)
    case shift(ShiftExponential)
  }

  let kind: Kind
  /// The width of a difference.
  let bits: Int

  /// - Precondition: `scale` is positive and `bits` within 1...32.
  public init(_ exponential: IntegerSoftmax.Exponential, scale: Rational, bits: Int) {
    precondition((1...32).contains(bits), "differences of 1 to 32 bits")
    self.bits = bits
    switch exponential {
    case .base2(let fractionBits, let tableBits):
      kind = .base2(
        Base2Exponential(scale: scale, fractionBits: fractionBits, tableBits: tableBits)
      )
    case .base2Product: kind = .product(Base2ProductExponential(scale: scale))
    case .shiftmax: kind = .shift(ShiftExponential(scale: scale))
    }
  }

  /// What the unit computes, in Swift.
  public func callAsFunction(_ difference: Int) -> Int {
    switch kind {
    case .base2(let base2): base2(difference)
    case .product(let product): product(difference)
    case .shift(let shift): shift(difference)
    }
  }

  /// The greatest power: that of no difference.
  public var greatest: Int { self(0) }
  /// The type of a power.
  var power: Verilog.SignalType { Verilog.SignalType(holding: 0...greatest) }

  /// Cycles from a difference to its power.
  public var latency: Int {
    switch kind {
    case .base2: 5
    case .product: 7
    case .shift: 6
    }
  }

  /// The tables that the module loads.
  public var images: [Verilog.MemoryImage] {
    switch kind {
    case .base2(let base2): base2.table.count > 1 ? [image("powers", base2.table)] : []
    case .product:
      [
        image("coarse", Base2ProductExponential.coarse),
        image("fine", Base2ProductExponential.fine),
      ]
    case .shift: []
    }
  }

  func image(_ name: String, _ words: [Int]) -> Verilog.MemoryImage {
    let bits = Verilog.SignalType(holding: 0...(words.max() ?? 0)).bits
    return Verilog.MemoryImage(
      "\(name)_\(words.count)x\(bits).hex",
      bits: bits,
      words: words.map { BigUInt($0) }
    )
  }

  /// The name of the module, with all its numbers.
  var name: String {
    switch kind {
    case .base2(let base2):
      "exponential_base2_\(bits)_\(base2.multiplier)_\(base2.shift)_\(base2.fractionBits)_\(base2.tableBits)"
    case .product(let product):
      "exponential_product_\(bits)_\(product.dropped)_\(product.multiplier)_\(product.shift)"
    case .shift(let shift): "exponential_shift_\(bits)_\(-shift.unit)"
    }
  }

  var differenceIn: Verilog.Signal { Verilog.Signal("difference_i", .unsigned(bits)) }
  private var powerOut: Verilog.Signal { Verilog.Signal("power_o", power) }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    var pipeline = Pipeline()
    let result: Verilog.Signal
    let law: String
    switch kind {
    case .base2(let base2):
      result = self.base2(base2, &pipeline)
      law =
        "power = table[u mod 2^\(base2.fractionBits)] >> (u >> \(base2.fractionBits)), u the "
        + "difference times \(base2.multiplier) / 2^\(base2.shift) rounded half to even"
    case .product(let product):
      result = self.product(product, &pipeline)
      law = "power = coarse - coarse * fine, shifted by the whole part of the exponent and rounded"
    case .shift(let shift):
      result = self.shift(shift, &pipeline)
      law = "power = a line between powers of two, \(-shift.unit) to a halving"
    }
    pipeline.output(powerOut, result.value)
    return try Verilog.Module(
      name,
      summary: ["Exponential of a difference of \(bits) bits; \(latency) cycles.", law + "."],
      ports: ClockedPorts.withoutReset + [.input(differenceIn), .output(powerOut)],
      sections: pipeline.sections
    )
  }
}
