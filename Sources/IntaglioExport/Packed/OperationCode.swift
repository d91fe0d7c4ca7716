import IntaglioGraph

/// The name of an operation on disk.
///
/// These names are the format: a case of `Operation` may be
/// renamed, a raw value here may not.
enum OperationCode: String, CaseIterable, Sendable {
  case input
  case constant
  case reshape
  case transpose
  case slice
  case broadcast
  case concat
  case matmul
  case convolution
  case add
  case subtract
  case multiply
  case divide
  case sum
  case mean
  case softmax
  case layerNorm = "layer-norm"
  case rmsNorm = "rms-norm"
  case quantize
  case dequantize
  case requantize
  case thresholds = "steps"
  case lookup
  case scaledSum = "stream"
  case norm
  case integerSoftmax = "integer-softmax"
  case rowExponential = "row-exponential"
  case rowThresholds = "row-steps"
  case quotient
}

extension Operation {
  /// The name of the operation on disk.
  var codeText: String {
    switch self {
    case .function(let function): function.kind.rawValue
    case .input: OperationCode.input.rawValue
    case .constant: OperationCode.constant.rawValue
    case .layout(.reshape): OperationCode.reshape.rawValue
    case .layout(.transpose): OperationCode.transpose.rawValue
    case .layout(.slice): OperationCode.slice.rawValue
    case .layout(.broadcast): OperationCode.broadcast.rawValue
    case .concat: OperationCode.concat.rawValue
    case .matmul: OperationCode.matmul.rawValue
    case .convolution: OperationCode.convolution.rawValue
    case .add: OperationCode.add.rawValue
    case .subtract: OperationCode.subtract.rawValue
    case .multiply: OperationCode.multiply.rawValue
    case .divide: OperationCode.divide.rawValue
    case .sum: OperationCode.sum.rawValue
    case .mean: OperationCode.mean.rawValue
    case .softmax: OperationCode.softmax.rawValue
    case .rowExponential: OperationCode.rowExponential.rawValue
    case .layerNorm: OperationCode.layerNorm.rawValue
    case .rmsNorm: OperationCode.rmsNorm.rawValue
    case .quantize: OperationCode.quantize.rawValue
    case .dequantize: OperationCode.dequantize.rawValue
    case .requantize: OperationCode.requantize.rawValue
    case .integer(.thresholds): OperationCode.thresholds.rawValue
    case .integer(.lookup): OperationCode.lookup.rawValue
    case .integer(.scaledSum): OperationCode.scaledSum.rawValue
    case .integer(.norm): OperationCode.norm.rawValue
    case .integer(.softmax): OperationCode.integerSoftmax.rawValue
    case .integer(.rowThresholds): OperationCode.rowThresholds.rawValue
    case .integer(.quotient): OperationCode.quotient.rawValue
    }
  }
}
