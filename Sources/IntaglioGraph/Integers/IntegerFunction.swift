public import IntaglioNumerics

/// What takes the place of real arithmetic between integers: the closed set.
///
/// Every case is defined on integers alone, so the oracle, all kernels and hardware agree bit for bit.
public enum IntegerFunction: Hashable, Sendable {
  /// Elementwise, by breakpoints: equation (18).
  case thresholds(MultiThreshold)
  /// Elementwise, by a table of every value.
  case lookup(LookupFunction)
  /// One or two operands joined on a stream: equation (17).
  case scaledSum(ScaledSum)
  /// Rows normalized and quantized: equations (19)–(22).
  case norm(IntegerNorm)
  /// Rows through softmax and quantized: equations (23)–(25).
  case softmax(IntegerSoftmax)
  /// Distances within a row → codes, by breakpoints: equation (36).
  case rowThresholds(RowThresholds)
  /// Integers over what their rows are divided by, quantized: equation (37).
  case quotient(Quotient)

  /// The name in listings and messages.
  public var name: String {
    switch self {
    case .thresholds: "steps"
    case .lookup: "lookup"
    case .scaledSum: "scaled-sum"
    case .norm(let norm): norm.isCentered ? "integer-layer-norm" : "integer-rms-norm"
    case .softmax: "integer-softmax"
    case .rowThresholds: "row-steps"
    case .quotient: "quotient"
    }
  }

  /// What the elements of the result may hold.
  public var type: IntegerType {
    switch self {
    case .thresholds(let steps): steps.type
    case .lookup(let lookup): lookup.type
    case .scaledSum(let stream): stream.type
    case .norm(let norm): norm.requantizer.type
    case .softmax(let softmax): softmax.quantizer.type
    case .rowThresholds(let rows): rows.type
    case .quotient(let quotient): quotient.requantizer.type
    }
  }

  /// Whether this is a sum of scaled operands.
  public var isScaledSum: Bool {
    if case .scaledSum = self { true } else { false }
  }

  /// How many operands there are.
  public var operandCount: Int {
    if case .scaledSum(let stream) = self { return stream.multipliers.count }
    if case .quotient = self { return 2 }
    return 1
  }

  /// Why operands of `types` do not fit; `nil` when they do.
  func fault(_ types: [ValueType]) -> String? {
    guard let first = types.first else { return "one or two operands" }
    guard let element = first.integer, types.allSatisfy(\.isInteger) else {
      return "expected integers"
    }
    let shape = first.shape
    if case .quotient(let quotient) = self { return quotient.fault(types.map(\.shape)) }
    guard types.allSatisfy({ $0.shape == shape }) else { return "dimensions must agree" }
    switch self {
    case .thresholds(let steps): return steps.fault(shape)
    case .lookup(let lookup): return lookup.fault(element)
    case .scaledSum(let stream): return stream.fault(shape)
    case .norm(let norm): return norm.fault(shape, element)
    case .softmax(let softmax): return softmax.fault(shape)
    case .rowThresholds(let rows): return rows.fault(shape)
    case .quotient(let quotient): return quotient.fault(types.map(\.shape))
    }
  }

  /// Applies the function.
  ///
  /// - Parameters:
  ///   - operands: the elements of every operand, row-major.
  ///   - shape: the dimensions that all operands and the result have; a divisor has one element for
  ///     each row.
  /// - Returns: the elements of the result, row-major.
  public func apply(to operands: [[Int]], shape: [Int]) -> [Int] {
    switch self {
    case .thresholds(let steps):
      let tables = steps.tables.indices(over: shape)
      return zip(operands[0], tables).map { steps.tables.values[Int($1)]($0) }
    case .lookup(let lookup): return operands[0].map { lookup($0) }
    case .scaledSum(let stream): return stream.apply(to: operands, shape: shape)
    case .norm(let norm): return norm.apply(to: operands[0], shape: shape)
    case .softmax(let softmax): return softmax.apply(to: operands[0], shape: shape)
    case .rowThresholds(let rows): return rows.apply(to: operands[0], shape: shape)
    case .quotient(let quotient):
      return quotient.apply(to: operands[0], over: operands[1], shape: shape)
    }
  }
}
