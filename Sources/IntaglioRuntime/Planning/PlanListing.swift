import IntaglioGraph

/// What one pass of a step reads and leaves: a plan as it can be read and walked.
public struct PlannedPass: Hashable, Sendable, CustomStringConvertible {
  /// What the elements of a pass are.
  public enum Elements: String, Hashable, Sendable, Codable {
    case float32
    case int32
    /// Codes of at most 8 bits, one byte each.
    case codes
  }

  /// The step that it belongs to, from 0.
  public let step: Int
  /// Such as `matmul`, `norm`, `quantize`, `copy`.
  public let name: String
  public let reads: Elements
  public let leaves: Elements

  public var usesFloats: Bool { reads == .float32 || leaves == .float32 }
  public var description: String { "\(step): \(name), \(reads) → \(leaves)" }
}

extension Plan {
  /// Every pass in the order in which it runs.
  public var passes: [PlannedPass] {
    steps.enumerated().flatMap { index, step in step.passes(index) }
  }
}

extension Step {
  fileprivate func passes(_ index: Int) -> [PlannedPass] {
    switch self {
    case .chain(let chain): return chain.passes(index)
    case .copy(let copy):
      // Bytes are codes; four of them are whatever their readers take them for, moved unchanged.
      let elements: PlannedPass.Elements = copy.elementSize == 1 ? .codes : .int32
      return [PlannedPass(step: index, name: "copy", reads: elements, leaves: elements)]
    case .reduce(let reduce):
      let elements = reduce.format.elements
      return [
        PlannedPass(
          step: index,
          name: reduce.isMean ? "mean" : "sum",
          reads: elements,
          leaves: elements == .float32 ? .float32 : .int32
        )
      ]
    }
  }
}

extension ChainStep {
  fileprivate func passes(_ index: Int) -> [PlannedPass] {
    var passes: [PlannedPass] = []
    var format: PlannedPass.Elements
    switch source {
    case .view(_, let elements): format = elements.elements
    case .product:
      passes.append(PlannedPass(step: index, name: "matmul", reads: .codes, leaves: .int32))
      format = .int32
    }
    for stage in stages {
      let leaves = stage.output.elements
      passes.append(
        PlannedPass(step: index, name: stage.operation.name, reads: format, leaves: leaves)
      )
      format = leaves
    }
    return passes
  }
}

extension ElementFormat {
  fileprivate var elements: PlannedPass.Elements {
    switch self {
    case .float32: .float32
    case .int32: .int32
    case .code: .codes
    }
  }
}

extension Stage.Operation {
  fileprivate var name: String {
    switch self {
    case .widen: "widen"
    case .dequantizeCentered, .dequantizeAffine: "dequantize"
    case .quantize, .quantizeWide: "quantize"
    case .requantize(.steps): "steps"
    case .requantize(.dyadic): "multiply and shift"
    case .requantize(.exactly(.tables, _)): "table"
    case .requantize(.exactly(.affine, _)): "affine rounding in float64"
    case .function(let function): function.name
    case .softmax: "softmax"
    case .layerNorm: "layer-norm"
    case .rmsNorm: "rms-norm"
    case .real: "real arithmetic"
    case .integer: "integer arithmetic"
    case .lookup: "lookup"
    case .lookupCells: "lookup by cells"
    case .stream: "stream"
    case .norm(let norm):
      switch norm.method {
      case .fixedPoint: "fixed-point norm"
      case .exact: "norm by squares"
      }
    case .integerSoftmax: "integer softmax"
    }
  }
}
