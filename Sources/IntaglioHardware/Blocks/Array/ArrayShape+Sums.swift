public import IntaglioNumerics

extension ArrayShape {
  /// The narrowest accumulator that holds a product and every sum of up to `products` of any codes.
  ///
  /// A sum of n products lies between n times the least one and n times the greatest one, and these
  /// are products of ends of the operands' ranges. Fewer products stay within that or are 0: partial
  /// sums fit as well as finished ones.
  ///
  /// - Parameters:
  ///   - products: of a finished sum, in however many tiles; positive.
  ///   - rowOperand: one factor.
  ///   - columnOperand: the other one.
  /// - Returns: signed when an operand is.
  /// - Throws: `ArrayShapeError` when there is none of up to 32 bits.
  public static func accumulator(
    products: Int,
    of rowOperand: IntegerType,
    by columnOperand: IntegerType
  ) throws(ArrayShapeError) -> IntegerType {
    precondition(products > 0, "a sum has at least one product")
    let (row, column) = (rowOperand.range, columnOperand.range)
    let corners = [row.lowerBound, row.upperBound].flatMap { code in
      [code * column.lowerBound, code * column.upperBound]
    }
    let isSigned = rowOperand.isSigned || columnOperand.isSigned
    let least = rowOperand.bits + columnOperand.bits
    let ends = corners.map { $0.multipliedReportingOverflow(by: products) }
    guard least <= 32, ends.allSatisfy({ !$0.overflow }),
      let type = (least...32).lazy.map({ IntegerType(bits: $0, signed: isSigned) })
        .first(where: { type in ends.allSatisfy { type.range.contains($0.partialValue) } })
    else { throw .deepSum(products, rowOperand, columnOperand) }
    return type
  }
}
