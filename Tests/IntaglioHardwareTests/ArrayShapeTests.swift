import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Accumulators are as wide as sums need")
struct ArrayShapeTests {
  private static let types: [IntegerType] = [
    .u(1), .i(1), .u(2), .i(2), .u(3), .i(4), .u(8), .i(8),
  ]

  @Test(
    "the greatest and the least sum fit, and one bit less holds no product or not every sum",
    arguments: types,
    types
  )
  func tight(_ row: IntegerType, _ column: IntegerType) throws {
    var products: [Int] = []
    for a in row.range { for b in column.range { products.append(a * b) } }
    let (least, greatest) = (try #require(products.min()), try #require(products.max()))
    for count in [1, 2, 3, 7, 8, 9, 384, 768] {
      let type = try ArrayShape.accumulator(products: count, of: row, by: column)
      #expect(type.isSigned == (row.isSigned || column.isSigned))
      #expect(type.range.contains(count * least) && type.range.contains(count * greatest))
      let narrow = IntegerType(bits: type.bits - 1, signed: type.isSigned)
      let holdsSums =
        narrow.range.contains(count * least) && narrow.range.contains(count * greatest)
      #expect(!holdsSums || type.bits == row.bits + column.bits)
      // An array takes it.
      _ = try ArrayShape(
        rows: 2,
        columns: 3,
        rowOperand: row,
        columnOperand: column,
        accumulator: type
      )
    }
  }

  @Test("sums of more than 32 bits are refused with their depth")
  func deep() throws {
    // 2¹⁷ products of 2¹⁴ are 2³¹, one more than the greatest number of 32 bits.
    #expect(try ArrayShape.accumulator(products: 131_071, of: .i8, by: .i8) == .i32)
    let error = #expect(throws: ArrayShapeError.deepSum(131_072, .i8, .i8)) {
      try ArrayShape.accumulator(products: 131_072, of: .i8, by: .i8)
    }
    #expect(
      error?.description
        == "systolic array: expected sums of up to 32 bits, found 131072 products of i8 by i8; "
        + "quantize the model further"
    )
    #expect(throws: ArrayShapeError.deepSum(.max, .u(1), .u(2))) {
      try ArrayShape.accumulator(products: .max, of: .u(1), by: .u(2))
    }
    #expect(throws: ArrayShapeError.deepSum(1, .u(20), .u(20))) {
      try ArrayShape.accumulator(products: 1, of: .u(20), by: .u(20))
    }
  }
}
