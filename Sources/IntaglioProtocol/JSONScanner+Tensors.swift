extension JSONScanner {
  /// Reads the numbers of a tensor, nested as its shape or flat, in row-major order.
  ///
  /// - Parameters:
  ///   - shape: of the tensor.
  ///   - areWhole: whether fractions are refused.
  /// - Returns: `shape.count` numbers.
  /// - Throws: `ServingError` where the nesting or the number of elements is not that of the shape.
  package mutating func numbers(
    _ shape: TensorShape,
    areWhole: Bool
  ) throws(ServingError) -> [Float] {
    var numbers: [Float] = []
    // Two bytes of text hold at most one number.
    numbers.reserveCapacity(min(shape.count, bytes.count / 2 + 1))
    try row(of: shape, level: 0, areWhole, into: &numbers)
    guard numbers.count == shape.count else {
      throw error("expected \(shape.count) numbers for the shape \(shape), found \(numbers.count)")
    }
    return numbers
  }

  private mutating func row(
    of shape: TensorShape,
    level: Int,
    _ areWhole: Bool,
    into numbers: inout [Float]
  ) throws(ServingError) {
    try expect("[")
    if read("]") { return }
    let rank = shape.dimensions.count
    if peek() == UInt8(ascii: "[") {
      guard level + 1 < rank else { throw error("deeper than the shape \(shape)") }
      var rows = 0
      repeat {
        try row(of: shape, level: level + 1, areWhole, into: &numbers)
        rows += 1
      } while read(",")
      try check(rows, at: level, of: shape)
    } else {
      guard level == 0 || level + 1 == rank else { throw error("flatter than the shape \(shape)") }
      let before = numbers.count
      repeat {
        let number = try float()
        guard numbers.count < shape.count else {
          throw error("more than the \(shape.count) numbers of the shape \(shape)")
        }
        if areWhole { try checkWhole(number) }
        numbers.append(number)
      } while read(",")
      // A flat list is counted as a whole.
      if level > 0 { try check(numbers.count - before, at: level, of: shape) }
    }
    try expect("]")
  }

  private func check(_ count: Int, at level: Int, of shape: TensorShape) throws(ServingError) {
    guard count != shape.dimensions[level] else { return }
    throw error("expected \(shape.dimensions[level]) elements on axis \(level), found \(count)")
  }

  /// Whole numbers of at most 24 bits are exact as float32.
  private func checkWhole(_ number: Float) throws(ServingError) {
    guard number == number.rounded(), number.magnitude <= 0x1p24 else {
      throw error("the number before is no whole number of at most 24 bits")
    }
  }
}
