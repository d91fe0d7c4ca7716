/// Sums and products of integers whose results must fit i32.
enum IntegerArithmetic {
  /// `value`, which an accumulator must hold.
  static func accumulator(_ value: Int) throws(ArithmeticFault) -> Int {
    guard Int(Int32.min)...Int(Int32.max) ~= value else { throw .overflow(value) }
    return value
  }

  private static func accumulator(
    _ result: (value: Int, overflow: Bool)
  ) throws(ArithmeticFault)
    -> Int
  {
    guard !result.overflow else { throw .wideOverflow }
    return try accumulator(result.value)
  }

  static func add(_ a: Int, _ b: Int) throws(ArithmeticFault) -> Int {
    let (value, overflow) = a.addingReportingOverflow(b)
    return try accumulator((value, overflow))
  }

  static func subtract(_ a: Int, _ b: Int) throws(ArithmeticFault) -> Int {
    let (value, overflow) = a.subtractingReportingOverflow(b)
    return try accumulator((value, overflow))
  }

  static func multiply(_ a: Int, _ b: Int) throws(ArithmeticFault) -> Int {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    return try accumulator((value, overflow))
  }

  /// Doubles are exact here while no partial sum can leave 2⁵³; else 64-bit integers.
  static func multiply(
    _ a: [Int],
    _ b: [Int],
    _ batch: MatrixBatch
  ) throws(ArithmeticFault) -> [Int] {
    let bound = Double(batch.depth) * largest(a) * largest(b)
    guard bound < 0x1p53 else { return try multiplyWide(a, b, batch) }
    let products = MatrixProduct(batch).callAsFunction(a.map(Double.init), b.map(Double.init))
    var result: [Int] = []
    result.reserveCapacity(products.count)
    for product in products { result.append(try accumulator(Int(product))) }
    return result
  }

  private static func largest(_ values: [Int]) -> Double {
    Double(values.reduce(0 as UInt) { max($0, $1.magnitude) })
  }

  private static func multiplyWide(
    _ a: [Int],
    _ b: [Int],
    _ batch: MatrixBatch
  )
    throws(ArithmeticFault) -> [Int]
  {
    var result: [Int] = []
    result.reserveCapacity(batch.resultCount)
    for (lhs, rhs) in zip(batch.lhs, batch.rhs) {
      for row in 0..<batch.rows {
        for column in 0..<batch.columns {
          var sum = 0
          for k in 0..<batch.depth {
            let (a, b) = (a[lhs + row * batch.depth + k], b[rhs + k * batch.columns + column])
            let (product, tooLarge) = a.multipliedReportingOverflow(by: b)
            let (next, overflow) = sum.addingReportingOverflow(product)
            guard !tooLarge, !overflow else { throw .wideOverflow }
            sum = next
          }
          result.append(try accumulator(sum))
        }
      }
    }
    return result
  }
}
