import IntaglioNumerics
import IntaglioRuntime
import Testing

/// The product of a coarse and a fine power, (32), and codes from quotients of 32 bits.
extension IntegerSoftmaxKernelsTests {
  private static let products = (Base2ProductExponential.coarse + Base2ProductExponential.fine)
    .map { UInt32($0) }

  private static func form(_ product: Base2ProductExponential) -> Kernels.Exponential {
    .base2Product(
      multiplier: UInt16(product.multiplier),
      shift: product.shift,
      cap: UInt16(product.cap),
      dropped: product.dropped
    )
  }

  @Test(
    "products of powers are exact for every distance, from coarse scores to the finest",
    arguments: InstructionSet.supported,
    [1, 7, 33, 1000, 5000, 300_000, 40_000_000]
  )
  func productsOfPowers(_ instructionSet: InstructionSet, slope: Int) {
    let product = Base2ProductExponential(scale: Rational(1, over: slope))
    let farthest = product.cap << product.dropped
    let step = max(1, farthest / 3000)
    let distances = stride(from: 0, through: farthest + step, by: step).flatMap {
      [$0, $0 + 1, $0 + step / 2]
    }
    for distance in distances {
      let isFound = Self.finds(
        UInt32(product(distance)),
        at: -Int32(distance),
        first: 1 << 15,
        Self.form(product),
        table: Self.products,
        instructionSet
      )
      #expect(isFound, "D = \(distance)")
    }
  }

  @Test(
    "a quotient on a tie, and one 2^−40 beside it, has the code of exact arithmetic",
    arguments: InstructionSet.supported
  )
  func tiesOfProducts(_ instructionSet: InstructionSet) {
    let product = Base2ProductExponential(scale: Rational(1, over: 1000))
    for distance in stride(from: 0, to: 9000, by: 37) {
      let e = UInt64(product(distance))
      let sum = UInt64(product(0)) + e
      for code in [0, 1, 2, 3, 100, 254] as [UInt64] {
        // e / (s′ · Σ) = code + ½, or a little less or more where s′ is a little more or less.
        let unit = UInt64(1) << 38 / (2 * e)
        for (change, expected) in [(0, code + code % 2), (1, code), (-1, code + 1)]
          as [(Int, UInt64)]
        {
          let numerator = UInt64(Int(2 * e * unit) + change)
          let found = Self.softmax(
            [0, -Int32(distance)],
            Self.constants(
              Self.form(product),
              scale: (numerator, (2 * code + 1) * sum * unit),
              codes: 0...255
            ),
            table: Self.products,
            instructionSet
          )[1]
          #expect(UInt64(found) == expected, "D = \(distance), \(code) + ½, \(change)")
        }
      }
    }
  }
}
