import IntaglioGraph

/// Operators that find, count and place elements of constants: ArgMax, ArgMin, Compress, CumSum, EyeLike,
/// NonZero, OneHot, TopK, Trilu.
enum KnownIndexOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "ArgMax": argument(isLargest: true), "ArgMin": argument(isLargest: false),
    "Compress": compress, "CumSum": cumulative, "EyeLike": eye, "NonZero": nonZero,
    "OneHot": oneHot, "TopK": largest, "Trilu": triangle,
  ]

  /// Where the largest or smallest element stands along an axis; of equal ones the first, on request the last.
  private static func argument(isLargest: Bool) -> ONNXOperators.Conversion {
    { (call, _) throws(ONNXFault) in
      let node = call.node
      let rows = try KnownRows(
        KnownFunctionOperators.known(call),
        axis: try node.int("axis") ?? 0,
        call
      )
      guard rows.extent > 0 else {
        throw node.malformed(expected: "an axis with elements", found: "\(rows.shape)")
      }
      let takesLast = try node.int("select_last_index") ?? 0 != 0
      let indices = rows.sorted(isDescending: isLargest).map { row -> Int in
        guard takesLast else { return row[0].index }
        let value = row[0].value
        return row.last { $0.value == value }?.index ?? row[0].index
      }
      let keeps = try node.int("keepdims") ?? 1 != 0
      var shape = rows.shape
      shape[rows.axis] = 1
      if !keeps { shape.remove(at: rows.axis) }
      return [.constant(ONNXConstant(.int64, shape, .integers(indices)))]
    }
  }

  /// The `k` largest or smallest elements along an axis, in order, and where they stand.
  private static func largest(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    let operand = try KnownFunctionOperators.known(call)
    let rows = try KnownRows(operand, axis: try node.int("axis") ?? -1, call)
    let asked = node.version < 10 ? try node.int("k") : try call.integers(1, "count")?.first
    guard let count = asked, (0...rows.extent).contains(count) else {
      throw node.malformed(expected: "a count up to \(rows.extent)", found: "another")
    }
    let isLargest = try node.int("largest") ?? 1 != 0
    let picked = rows.sorted(isDescending: isLargest).map { $0.prefix(count).map(\.index) }
    var shape = rows.shape
    shape[rows.axis] = count
    // Rows stand one after the other; their axis goes back to its place.
    let places = picked.enumerated().flatMap { row, list in list.map { rows.place(row, $0) } }
    let back = rows.sources(extent: count)
    let values = operand.gathered(back.lazy.map { places[$0] }, shape: shape)
    let flat = picked.flatMap { $0 }
    let indices = ONNXConstant(.int64, shape, .integers(back.map { flat[$0] }))
    return [.constant(values), .constant(indices)]
  }

  /// The elements, or slices along an axis, where a condition holds.
  private static func compress(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    guard let condition = try call.integers(1, "condition") else {
      throw call.node.malformed(expected: "a condition", found: "none")
    }
    var operand = try call.operand(0)
    let asked = try call.node.int("axis")
    if asked == nil {
      let count = conversion.shape(of: operand).reduce(1, *)
      operand = try conversion.layout(.reshape([count]), of: operand, name: nil)
    }
    let shape = conversion.shape(of: operand)
    let axis = try call.axis(asked ?? 0, rank: shape.count)
    guard condition.count <= shape[axis] else {
      throw call.node.malformed(expected: "at most \(shape[axis]) conditions", found: "more")
    }
    let indices = condition.indices.filter { condition[$0] != 0 }
    return [try conversion.gather(operand, indices, axis: axis, in: call, name: call.node.name)]
  }

  /// Sums along an axis up to each element, or up to the one before, from either end.
  private static func cumulative(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try KnownFunctionOperators.known(call)
    guard let axis = try call.integers(1, "axis"), axis.count == 1 else {
      throw call.node.malformed(expected: "one axis", found: "others")
    }
    let rows = try KnownRows(operand, axis: axis[0], call)
    let isExclusive = try call.node.int("exclusive") ?? 0 != 0
    let isReverse = try call.node.int("reverse") ?? 0 != 0
    func summed<T: Numeric>(_ values: [T], _ add: (T, T) -> T) -> [T] {
      var result = values
      for row in 0..<rows.count {
        var total: T = 0
        for step in 0..<rows.extent {
          let place = rows.place(row, isReverse ? rows.extent - 1 - step : step)
          let next = add(total, values[place])
          result[place] = isExclusive ? total : next
          total = next
        }
      }
      return result
    }
    if let values = operand.integers {
      let sums = summed(values, &+).map { operand.type.wrapped($0) }
      return [.constant(ONNXConstant(operand.type, operand.shape, .integers(sums)))]
    }
    let sums = summed(operand.doubles, +)
    return [.constant(try ConstantCast(call.node).constant(sums, operand.type, operand.shape))]
  }

  /// Ones on a diagonal of a matrix of the operand's dimensions.
  private static func eye(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    guard shape.count == 2, call.isFoldable(shape) else {
      throw call.node.malformed(expected: "a small matrix", found: "\(shape)")
    }
    var type = ONNXElementType.float
    if case .constant(let constant) = operand { type = constant.type }
    if let number = try call.node.int("dtype") {
      guard let given = Int32(exactly: number).flatMap({ ONNXElementType(rawValue: $0) }) else {
        throw call.node.unsupported("element type number \(number)", advice: "use float")
      }
      type = given
    }
    let offset = try call.node.int("k") ?? 0
    let values = (0..<shape[0]).flatMap { row in
      (0..<shape[1]).map { $0.subtractingReportingOverflow(offset).partialValue == row ? 1.0 : 0 }
    }
    return [.constant(try ConstantCast(call.node).constant(values, type, shape))]
  }

  /// The indices of the elements that are not zero, a row for every axis.
  private static func nonZero(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try KnownFunctionOperators.known(call)
    let values = operand.doubles
    let found = values.indices.filter { values[$0] != 0 }
    let strides = Shape.strides(operand.shape)
    let isNumber = operand.shape.isEmpty
    let (extents, steps) = isNumber ? ([1], [1]) : (operand.shape, strides)
    let indices = zip(extents, steps).flatMap { extent, step in found.map { $0 / step % extent } }
    let shape = [extents.count, found.count]
    return [.constant(ONNXConstant(.int64, shape, .integers(indices)))]
  }

  /// A new axis with one value at the index and another elsewhere; an index outside is nowhere.
  private static func oneHot(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let indices = try KnownFunctionOperators.known(call)
    let depths = try KnownFunctionOperators.known(call, 1).doubles
    let values = try KnownFunctionOperators.known(call, 2)
    guard depths.count == 1, let depth = Int(exactly: depths[0].rounded(.towardZero)), depth > 0,
      values.shape == [2]
    else { throw call.node.malformed(expected: "a depth ≥ 1 and two values", found: "others") }
    let rank = indices.shape.count + 1
    let axis = try call.axis(try call.node.int("axis") ?? -1, rank: rank)
    var shape = indices.shape
    shape.insert(depth, at: axis)
    guard call.isFoldable(shape) else {
      throw call.node.malformed(expected: "at most \(call.limit) elements", found: "\(shape)")
    }
    let inner = indices.shape[axis...].reduce(1, *)
    let given = indices.doubles
    var sources: [Int] = []
    for outer in 0..<indices.shape[..<axis].reduce(1, *) {
      for level in 0..<depth {
        for place in 0..<inner {
          let index = given[outer * inner + place]
          let isHere = index == Double(level) || index == Double(level - depth)
          sources.append(isHere ? 1 : 0)
        }
      }
    }
    return [.constant(values.gathered(sources, shape: shape))]
  }

  /// The part of each matrix above a diagonal or below it; the rest becomes zero.
  private static func triangle(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try KnownFunctionOperators.known(call)
    let offset = try call.integers(1, "diagonal")?.first ?? 0
    let isUpper = try call.node.int("upper") ?? 1 != 0
    guard operand.shape.count >= 2 else {
      throw call.node.malformed(expected: "matrices", found: "\(operand.shape)")
    }
    let (rows, columns) = (
      operand.shape[operand.shape.count - 2], operand.shape[operand.shape.count - 1]
    )
    let limit = min(max(offset, -rows - columns), rows + columns)
    let truth = (0..<rows).flatMap { row in
      (0..<columns).map { isUpper == ($0 - row >= limit) || $0 - row == limit ? 1 : 0 }
    }
    let mask = ONNXConstant(.bool, [rows, columns], .integers(truth))
    let zero = try ConstantCast(call.node).constant([0], operand.type, [])
    return [.constant(try ConstantArithmetic(call).select(mask, operand, zero))]
  }
}
