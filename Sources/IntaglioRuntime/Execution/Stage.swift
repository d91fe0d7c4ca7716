import IntaglioGraph
import IntaglioNumerics

/// One elementwise or row-wise operation of a chain, with everything that it reads beside its
/// operand.
struct Stage: Sendable {
  enum Operation: Sendable {
    /// The code in a byte → i32.
    case widen(CodeFormat)
    /// (q − zero) · scale.
    case dequantizeCentered(zero: Table, scale: Table)
    /// scale · q + offset.
    case dequantizeAffine(scale: Table, offset: Table)
    case quantize(Quantization)
    /// To codes of more than 8 bits.
    case quantizeWide(Quantization)
    case requantize(Requantization)
    case function(Function)
    case softmax
    case layerNorm(gamma: Table, beta: Table, epsilon: Float)
    case rmsNorm(gamma: Table, epsilon: Float)
    case real(BinaryOperation, Place)
    case integer(IntegerOperation, Place)
    case lookup(first: Int32, count: Int, table: Region)
    /// As `LookupCells` has them.
    case lookupCells(rises: Int, falls: Int, cells: Region)
    case stream(StreamSumming)
    case norm(NormQuantization)
    case integerSoftmax(SoftmaxQuantization)
  }

  let operation: Operation
  /// What it leaves.
  let output: ElementFormat

  /// Whether the result may overwrite the operand.
  var worksInPlace: Bool {
    switch operation {
    case .function(let function): function != .silu
    case .softmax, .layerNorm, .rmsNorm, .real, .integer, .stream: true
    case .widen, .dequantizeCentered, .dequantizeAffine, .quantize, .quantizeWide, .requantize,
      .lookup, .lookupCells, .norm, .integerSoftmax:
      false
    }
  }
}

/// Arithmetic on two integers; sums and products stay within 32 bits, as `IntegerGraph` has shown.
enum IntegerOperation: Sendable {
  case add
  case subtract
  case multiply
}

/// clamp(round(m·a + b) + z), exactly, one accumulator at a time; one rule per entry.
enum ExactRounding: Sendable {
  case tables([StepTable])
  case affine(AffineRounding, zeroPoints: [Int], codes: ClosedRange<Int>)

  func callAsFunction(_ accumulator: Int, rule: Int) -> Int {
    switch self {
    case .tables(let tables):
      return tables[rule](accumulator)
    case .affine(let rounding, let zeroPoints, let codes):
      let zeroPoint = zeroPoints[rule]
      let range = codes.lowerBound - zeroPoint...codes.upperBound - zeroPoint
      return rounding(accumulator, rule, within: range) + zeroPoint
    }
  }
}
