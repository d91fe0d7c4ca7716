/// A sum in blocks, each of which is added for both carries that can come in, so that no carry passes through
/// more than one of them: faster than one long carry chain, and larger by most of its upper part.
package struct BlockSum {
  package let sum: Verilog.Signal
  private let name: String
  private let a: Verilog.Signal
  private let b: Verilog.Signal
  private let carry: Verilog.Expression
  /// Where every block begins, and where the last one ends.
  private let borders: [Int]

  /// The greatest number of bits of the first block, and of any other one: the first one's carry has
  /// the way to all bits of the next one before it.
  private static let (firstBits, blockBits) = (32, 48)

  /// `a` + `b` + `carry` modulo 2^width.
  ///
  /// - Parameters:
  ///   - sum: what is assigned, and how wide the sum is.
  ///   - a: unsigned and as wide.
  ///   - b: unsigned and as wide.
  ///   - carry: one bit.
  package init(
    _ sum: Verilog.Signal,
    _ a: Verilog.Signal,
    _ b: Verilog.Signal,
    carry: Verilog.Expression
  ) {
    (self.sum, self.a, self.b, self.carry) = (sum, a, b, carry)
    name = sum.name
    let bits = sum.type.bits
    let (first, other) = (Self.firstBits, Self.blockBits)
    let more = max(0, bits - first + other - 1) / other
    let whole = first + more * other
    borders = [0] + (0...more).map { bits * (first + $0 * other) / whole }
  }

  private var count: Int { borders.count - 1 }
  private func bits(_ block: Int) -> Int { borders[block + 1] - borders[block] }

  /// A block's sum with a carry of 0 or 1 (of the first one: with what comes in), its carry above it and the
  /// place of the carry that comes in below it.
  private func part(_ block: Int, _ carry: Int) -> Verilog.Signal {
    Verilog.Signal("\(name)_\(block)_\(carry)", .unsigned(bits(block) + 2))
  }
  /// The carry out of a block.
  private func carry(_ block: Int) -> Verilog.Signal {
    Verilog.Signal("\(name)_carry_\(block)", .bit)
  }

  private func parts(_ block: Int) -> [Verilog.Signal] {
    (block == 0 ? [0] : [0, 1]).map { part(block, $0) }
  }

  /// What it reads and does not use, beside its result.
  package var unused: [Verilog.Signal] { (0..<count).flatMap(parts) }
  package var wires: [Verilog.Signal] { [sum] + unused + (0..<count - 1).map { carry($0) } }

  package var items: [Verilog.Item] {
    var items: [Verilog.Item] = []
    var pieces: [Verilog.Expression] = []
    for block in 0..<count {
      for (number, part) in parts(block).enumerated() {
        let below = block == 0 ? carry : .bit(number == 1)
        items.append(
          .assign(part.reference, operand(a, block, .bit(true)) + operand(b, block, below))
        )
      }
      func chosen(_ low: Int, _ bits: Int) -> Verilog.Expression {
        let zero = part(block, 0).reference.slice(Verilog.Affine(low), bits: bits).value
        guard block > 0 else { return zero }
        return part(block, 1).reference.slice(Verilog.Affine(low), bits: bits).value
          .when(carry(block - 1).value, otherwise: zero)
      }
      pieces.append(chosen(1, bits(block)))
      if block < count - 1 {
        items.append(.assign(carry(block).reference, chosen(bits(block) + 1, 1)))
      }
    }
    let whole = count == 1 ? pieces[0] : Verilog.Expression.concatenation(pieces.reversed())
    return items + [.assign(sum.reference, whole)]
  }

  /// Of a block, with room for its carry, above the carry that comes in.
  private func operand(
    _ signal: Verilog.Signal,
    _ block: Int,
    _ below: Verilog.Expression
  ) -> Verilog.Expression {
    let bits = signal.reference.slice(Verilog.Affine(borders[block]), bits: bits(block)).value
    return .concatenation([.bit(false), bits, below])
  }
}
