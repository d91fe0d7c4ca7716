public import BigInt
public import IntaglioGraph
public import IntaglioNumerics

/// D ≥ 0 → e ≈ c·2^(−s·log₂e·D): the exponentials of equations (23), (24) and (32).
///
/// One unit serves several scales s, its parameterSets: where their multipliers differ, the multiplier is
/// an input, which stays as it is from a difference to its power.
public struct ExponentialUnit: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// Equal but for multiplier, shift and cap.
    case base2([Base2Exponential])
    /// Equal but for multiplier, shift and cap.
    case product([Base2ProductExponential])
    case shift(ShiftExponential)
  }

  let kind: Kind
  /// The width of a difference.
  let bits: Int

  /// The unit for one scale.
  /// - Precondition: `scale` is positive and `bits` within 1...32.
  public init(_ exponential: IntegerSoftmax.Exponential, scale: Rational, bits: Int) {
    self.init(exponential, scales: [scale], bits: bits)
  }

  /// The unit for scales of one `ExponentialSignature`.
  /// - Precondition: there is a scale, all are positive and of one form, and `bits` is within 1...32.
  public init(_ exponential: IntegerSoftmax.Exponential, scales: [Rational], bits: Int) {
    precondition((1...32).contains(bits), "differences of 1 to 32 bits")
    precondition(
      Set(scales.map { ExponentialSignature(exponential, scale: $0) }).count == 1,
      "exponentials of one form"
    )
    self.bits = bits
    switch exponential {
    case .base2(let fractionBits, let tableBits):
      kind = .base2(
        scales.map {
          Base2Exponential(scale: $0, fractionBits: fractionBits, tableBits: tableBits)
        }
      )
    case .base2Product: kind = .product(scales.map { Base2ProductExponential(scale: $0) })
    case .shiftmax: kind = .shift(ShiftExponential(scale: scales[0]))
    }
  }

  /// What the unit computes for one of its scales, in Swift.
  public func callAsFunction(_ difference: Int, parameterSet: Int = 0) -> Int {
    switch kind {
    case .base2(let base2): base2[parameterSet](difference)
    case .product(let product): product[parameterSet](difference)
    case .shift(let shift): shift(difference)
    }
  }

  /// What `multiplier_i` carries; `nil` where the module has no such port.
  var multiplier: ParameterSetNumber? {
    switch kind {
    case .base2(let base2): differing(ExponentSlope(base2))
    case .product(let product): differing(ExponentSlope(product))
    case .shift: nil
    }
  }

  private func differing(_ slope: ExponentSlope) -> ParameterSetNumber? {
    slope.multiplier.differs ? slope.multiplier : nil
  }

  /// The bits of `multiplier_i` for one of the scales; `nil` where the module has no such port.
  public func multiplier(_ parameterSet: Int) -> BigUInt? {
    multiplier?.values[parameterSet].magnitude
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
    case .base2(let base2): base2[0].table.count > 1 ? [image("powers", base2[0].table)] : []
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
  ///
  /// The cap follows from a multiplier, but not from how wide one is.
  var name: String {
    func tags(_ slope: ExponentSlope) -> String {
      "\(slope.multiplier.tag)_\(slope.shift)"
        + (slope.multiplier.differs ? "_\(min(slope.cap, largest))" : "")
    }
    return switch kind {
    case .base2(let base2):
      "exponential_base2_\(bits)_\(tags(.init(base2)))_\(base2[0].fractionBits)_\(base2[0].tableBits)"
    case .product(let product):
      "exponential_product_\(bits)_\(product[0].dropped)_\(tags(.init(product)))"
    case .shift(let shift): "exponential_shift_\(bits)_\(-shift.unit)"
    }
  }

  /// The greatest difference that can come.
  var largest: Int { 1 << bits - 1 }
  var differenceIn: Verilog.Signal { Verilog.Signal("difference_i", .unsigned(bits)) }
  private var powerOut: Verilog.Signal { Verilog.Signal("power_o", power) }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    var pipeline = Pipeline()
    let result: Verilog.Signal
    let law: String
    switch kind {
    case .base2(let base2):
      let (slope, fraction) = (ExponentSlope(base2), base2[0].fractionBits)
      result = self.base2(base2[0], slope, &pipeline)
      law =
        "power = table[u mod 2^\(fraction)] >> (u >> \(fraction)), u the "
        + "difference times \(slope.multiplier.text) / 2^\(slope.shift) rounded half to even"
    case .product(let product):
      result = self.product(product[0], ExponentSlope(product), &pipeline)
      law = "power = coarse - coarse * fine, shifted by the whole part of the exponent and rounded"
    case .shift(let shift):
      result = self.shift(shift, &pipeline)
      law = "power = a line between powers of two, \(-shift.unit) to a halving"
    }
    pipeline.output(powerOut, result.value)
    return try Verilog.Module(
      name,
      summary: ["Exponential of a difference of \(bits) bits; \(latency) cycles.", law + "."],
      ports: ClockedPorts.withoutReset + [.input(differenceIn)]
        + (multiplier.map { [.input($0.port)] } ?? []) + [.output(powerOut)],
      sections: pipeline.sections
    )
  }
}
