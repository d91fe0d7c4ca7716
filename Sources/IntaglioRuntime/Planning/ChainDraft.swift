import IntaglioGraph
import IntaglioNumerics

/// A chain of operations that one step will do, while the planner still adds to it.
///
/// All values of a chain have the same shape; every value but the last has one reader.
struct ChainDraft {
  enum Source {
    case view(StridedView)
    case product(ProductDraft)
  }

  enum Operation {
    case widen
    case dequantize(Dequantizer)
    case quantize(Quantizer)
    /// With what the accumulator can be.
    case requantize(Requantizer, ClosedRange<Int>)
    case function(Function)
    case softmax
    case layerNorm(gamma: StridedView, beta: StridedView, epsilon: Double)
    case rmsNorm(gamma: StridedView, epsilon: Double)
    case real(BinaryOperation, StridedView)
    case integer(IntegerOperation, StridedView)
    case thresholds(MultiThreshold)
    case lookup(LookupFunction)
    /// With the second operand, where there is one.
    case scaledSum(ScaledSum, StridedView?)
    /// With the widths of its fixed-point part.
    case norm(IntegerNorm, FixedPointRoot)
    case integerSoftmax(IntegerSoftmax)
    case rowExponential
    case rowDistances(fromLargest: Bool)
    /// What the distances of a row become, where tables differ.
    case rowLookup(RowThresholds)
    /// With the divisors.
    case quotient(Quotient, StridedView)

    /// What is read beside the operand, where something is.
    var view: StridedView? {
      get {
        if case .real(_, let view) = self { return view }
        if case .integer(_, let view) = self { return view }
        if case .scaledSum(_, let view) = self { return view }
        if case .quotient(_, let view) = self { return view }
        return nil
      }
      set {
        guard let newValue else { return }
        if case .real(let operation, _) = self { self = .real(operation, newValue) }
        if case .integer(let operation, _) = self { self = .integer(operation, newValue) }
        if case .scaledSum(let stream, .some) = self { self = .scaledSum(stream, newValue) }
        if case .quotient(let quotient, _) = self { self = .quotient(quotient, newValue) }
      }
    }
  }

  /// An operation, what it leaves and which node asked for it.
  struct Stage {
    var operation: Operation
    let output: ElementFormat
    let value: Value

    var needsWholeRows: Bool {
      switch operation {
      case .softmax, .rowExponential, .layerNorm, .rmsNorm, .norm, .integerSoftmax, .rowDistances,
        .quotient:
        true
      case .widen, .dequantize, .quantize, .requantize, .function, .real, .integer, .thresholds,
        .lookup, .rowLookup, .scaledSum:
        false
      }
    }
  }

  var source: Source
  let shape: [Int]
  var stages: [Stage] = []

  init(_ view: StridedView) {
    source = .view(view)
    shape = view.shape
  }

  init(_ product: ProductDraft, shape: [Int]) {
    source = .product(product)
    self.shape = shape
  }

  /// What the last stage leaves.
  var format: ElementFormat {
    if let last = stages.last { return last.output }
    return switch source {
    case .view(let view): view.format
    case .product: .int32
    }
  }

  /// What stage `index` reads.
  func input(of index: Int) -> ElementFormat {
    if index > 0 { return stages[index - 1].output }
    return switch source {
    case .view(let view): view.format
    case .product: .int32
    }
  }

  /// Whether every column of the last axis has to pass at once.
  var keepsLastAxis: Bool {
    if case .product = source { return true }
    return stages.contains(where: \.needsWholeRows)
  }

  /// Whether a block may be some columns of some rows: weights multiplied panel by panel, and nothing
  /// behind that needs a whole row.
  var isSplitByColumns: Bool {
    guard case .product(let product) = source, case .weights = product.right else { return false }
    return stages.allSatisfy { !$0.needsWholeRows }
  }

  mutating func append(_ operation: Operation, _ output: ElementFormat, for value: Value) {
    stages.append(Stage(operation: operation, output: output, value: value))
  }
}

/// An integer matrix multiplication, while the planner still adds to it.
struct ProductDraft {
  enum Right {
    /// `[…, k, n]` row-major, as the kernel multiplies them: within −128…127.
    case weights([Int8], shape: [Int])
    case codes(StridedView)
  }

  let value: Value
  /// `[…, m, k]`, unsigned bytes.
  let left: StridedView
  /// α and β: how far the bytes are above the codes.
  let leftBias: Int
  let right: Right
  let rightBias: Int
  /// The largest byte on the left and all bytes on the right.
  let largestLeft: Int
  let rangeRight: ClosedRange<Int>
  /// What starts every accumulator: `[n]` or one number, only beside one matrix of weights.
  var addend: [Int] = [0]

  var depth: Int { left.shape[left.shape.count - 1] }
}
