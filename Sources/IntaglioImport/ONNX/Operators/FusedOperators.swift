import IntaglioData
import IntaglioGraph

/// What ONNX Runtime's optimizers make of several operators: each is these operators again.
enum FusedOperators {
  static let table: [String: ONNXOperator] = [
    "BiasAdd": ONNXOperator([], biasAdd),
    "BiasGelu": ONNXOperator([], biasGelu("none")),
    "BiasSplitGelu": ONNXOperator([], biasSplitGelu),
    "FastGelu": ONNXOperator([], biasGelu("tanh")),
    "FusedConv": ONNXOperator(
      QLinearMatrixOperators.window.union(["activation", "activation_params"]),
      fusedConvolution
    ),
    "FusedGemm": ONNXOperator(
      ["activation", "alpha", "beta", "transA", "transB"],
      fusedGemm
    ),
    "FusedMatMul": ONNXOperator(products, fusedMatMul),
    "QuickGelu": ONNXOperator(["alpha"], quickGelu),
    "SimplifiedLayerNormalization": ONNXOperator(norms.union(["axis"]), rmsNorm),
    "SkipLayerNormalization": ONNXOperator(norms, skipNorm(isCentered: true)),
    "SkipSimplifiedLayerNormalization": ONNXOperator(norms, skipNorm(isCentered: false)),
    "TransposeMatMul": ONNXOperator(products, fusedMatMul),
  ]

  static let standard: [String: ONNXOperator] = [
    "SimplifiedLayerNormalization": ONNXOperator(norms.union(["axis"]), rmsNorm)
  ]

  private static let products: Set = [
    "alpha", "transA", "transB", "transBatchA", "transBatchB",
  ]
  private static let norms: Set = ["epsilon", "stash_type"]

  /// alpha·A′·B′, where the last two axes may be exchanged.
  private static func fusedMatMul(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let (node, steps) = (call.node, ONNXComposition(call))
    var operands: [ONNXOperand] = []
    for (index, letter) in ["A", "B"].enumerated() {
      guard try node.int("transBatch\(letter)") ?? 0 == 0 else {
        throw node.unsupported(
          "a batch axis that moves (transBatch\(letter))",
          advice: "leave it out"
        )
      }
      var operand = try call.operand(index)
      if try node.int("trans\(letter)") ?? 0 != 0 {
        operand = try steps.transposed(operand, in: &conversion)
      }
      operands.append(operand)
    }
    let product = try steps("MatMul", operands, name: node.name, in: &conversion)
    return [try steps.scaled(product, by: try node.float("alpha") ?? 1, in: &conversion)]
  }

  private static func biasGelu(_ approximate: String) -> ONNXOperators.Conversion {
    { (call, conversion) throws(ONNXFault) in
      let steps = ONNXComposition(call)
      var x = try call.operand(0)
      if let bias = call.optional(1) { x = try steps("Add", [x, bias], in: &conversion) }
      let attributes = [ONNXAttributeProto.text("approximate", approximate)]
      return [try steps("Gelu", [x], attributes, name: call.node.name, in: &conversion)]
    }
  }

  /// x·sigmoid(alpha·x).
  private static func quickGelu(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let alpha = ONNXAttributeProto.number("alpha", try call.node.float("alpha") ?? 1.702)
    let x = try call.operand(0)
    return [try steps("Swish", [x], [alpha], name: call.node.name, in: &conversion)]
  }

  /// x + bias, of which one half of the last axis gates the other: a·gelu(b).
  private static func biasSplitGelu(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let sum = try steps("Add", [try call.operand(0), try call.operand(1)], in: &conversion)
    guard let width = conversion.shape(of: sum).last, width % 2 == 0 else {
      throw call.node.malformed(expected: "a last axis of two halves", found: "others")
    }
    let halves = try steps.all(
      "Split",
      [sum],
      [.integer("axis", -1)],
      outputs: 2,
      version: 13,
      in: &conversion
    )
    let gate = try steps("Gelu", [halves[1]], in: &conversion)
    return [try steps("Mul", [halves[0], gate], name: call.node.name, in: &conversion)]
  }

  /// x + bias + skip.
  private static func biasAdd(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let sum = try steps("Add", [try call.operand(0), try call.operand(1)], in: &conversion)
    let skip = try call.operand(2)
    return [try steps("Add", [sum, skip], name: call.node.name, in: &conversion)]
  }

  /// A convolution, an addend of its result's dimensions, an activation.
  private static func fusedConvolution(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let attributes = call.node.protos(QLinearMatrixOperators.window.sorted())
    let operands = [try call.operand(0), try call.operand(1), call.optional(2)]
    var result = try steps("Conv", operands, attributes, name: call.node.name, in: &conversion)
    if let addend = call.optional(3) {
      result = try steps("Add", [result, addend], in: &conversion)
    }
    return [try activated(result, steps, &conversion)]
  }

  private static func fusedGemm(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let attributes = call.node.protos(["alpha", "beta", "transA", "transB"])
    let operands = [try call.operand(0), try call.operand(1), call.optional(2)]
    let result = try steps("Gemm", operands, attributes, name: call.node.name, in: &conversion)
    return [try activated(result, steps, &conversion)]
  }

  private static func activated(
    _ operand: ONNXOperand,
    _ steps: ONNXComposition,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let node = steps.call.node
    let parameters = try node.floats("activation_params") ?? []
    switch (try node.string("activation") ?? "", parameters.count) {
    case ("", 0): return operand
    case (let type, 0) where ["Relu", "Sigmoid", "Tanh"].contains(type):
      return try steps(type, [operand], in: &conversion)
    case ("Clip", 2):
      let limits = parameters.map { ONNXOperand.constant(ONNXConstant(.float, [], .floats([$0]))) }
      return try steps("Clip", [operand] + limits, in: &conversion)
    case ("HardSigmoid", 2):
      let numbers = zip(["alpha", "beta"], parameters).map { ONNXAttributeProto.number($0, $1) }
      return try steps("HardSigmoid", [operand], numbers, in: &conversion)
    case (let type, _):
      throw node.unsupported(
        "the activation \(type) with \(parameters.count) parameters",
        advice: "export the model without this fusion"
      )
    }
  }

  private static func rmsNorm(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    try refuse([1], of: call)
    let steps = ONNXComposition(call)
    let operands = [try call.operand(0), try call.operand(1)]
    let attributes = call.node.protos(["axis", "epsilon"])
    return [
      try steps("RMSNormalization", operands, attributes, name: call.node.name, in: &conversion)
    ]
  }

  /// The norm of x + skip (+ bias), and that sum as fourth output.
  private static func skipNorm(isCentered: Bool) -> ONNXOperators.Conversion {
    { (call, conversion) throws(ONNXFault) in
      try refuse([1, 2], of: call)
      let steps = ONNXComposition(call)
      let bias = call.optional(isCentered ? 4 : 3)
      var x = try call.operand(0)
      let skip = try call.operand(1)
      if let bias { x = try steps("Add", [x, bias], in: &conversion) }
      let sum = try steps("Add", [x, skip], name: "\(call.node.name)/skip", in: &conversion)
      let epsilon = ONNXAttributeProto.number("epsilon", try call.node.float("epsilon") ?? 1e-5)
      let gamma = try call.operand(2)
      let result = try steps(
        isCentered ? "LayerNormalization" : "RMSNormalization",
        isCentered ? [sum, gamma, call.optional(3)] : [sum, gamma],
        [epsilon],
        name: call.node.name,
        in: &conversion
      )
      return [result, sum, sum, sum]
    }
  }

  /// - Throws: `unsupported` where somebody wants one of these outputs.
  static func refuse(_ outputs: some Sequence<Int>, of call: ONNXCall) throws(ONNXFault) {
    for index in outputs where index < call.node.outputs.count && !call.node.outputs[index].isEmpty
    {
      throw call.node.unsupported("output number \(index + 1)", advice: "leave it out")
    }
  }
}

extension ONNXComposition {
  /// `operand` with its last two axes exchanged.
  func transposed(
    _ operand: ONNXOperand,
    in conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    var axes = Array(conversion.shape(of: operand).indices)
    guard axes.count > 1 else {
      throw call.node.malformed(expected: "a matrix", found: "\(axes.count) axes")
    }
    axes.swapAt(axes.count - 1, axes.count - 2)
    return try self("Transpose", [operand], [.integers("perm", axes)], in: &conversion)
  }

  func scaled(
    _ operand: ONNXOperand,
    by factor: Float,
    in conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    if factor == 1 { return operand }
    let constant = ONNXConstant(.float, [], .floats([factor]))
    return try self("Mul", [operand, .constant(constant)], in: &conversion)
  }

  func reshaped(
    _ operand: ONNXOperand,
    to shape: [Int],
    in conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    try self(
      "Reshape",
      [operand, .constant(ONNXConstant(shape))],
      [.integer("allowzero", 1)],
      in: &conversion
    )
  }
}
