import IntaglioData
import IntaglioGraph

/// Attention as one operator: of the standard, and as ONNX Runtime fuses it, float or with quantized weights.
enum AttentionOperators {
  static let standard: [String: ONNXOperator] = [
    "Attention": ONNXOperator(
      [
        "is_causal", "kv_num_heads", "q_num_heads", "qk_matmul_output_mode", "scale", "softcap",
        "softmax_precision",
      ],
      attention
    ),
    "RotaryEmbedding": ONNXOperator(
      ["interleaved", "num_heads", "rotary_embedding_dim"],
      RotaryOperator.convert
    ),
  ]

  private static let fused: Set = [
    "do_rotary", "mask_filter_value", "num_heads", "past_present_share_buffer",
    "qkv_hidden_sizes", "rotary_embedding_dim", "scale", "unidirectional",
  ]

  static let contributed: [String: ONNXOperator] = [
    "Attention": ONNXOperator(fused, fusedAttention),
    "MultiHeadAttention": ONNXOperator(
      ["mask_filter_value", "num_heads", "scale", "unidirectional"],
      multiHead
    ),
    "QAttention": ONNXOperator(fused, quantizedAttention),
  ]

  /// Queries, keys, values of the standard: [b, heads, n, d], or [b, n, heads · d] with the attributes for heads.
  private static func attention(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    try FusedOperators.refuse(1..<4, of: call)
    try refuseInputs(call, [4: "past keys", 5: "past values", 6: "lengths of padding"])
    let steps = AttentionSteps(call)
    let isFlat = conversion.shape(of: try call.operand(0)).count == 3
    let names = ["q_num_heads", "kv_num_heads", "kv_num_heads"]
    var parts: [ONNXOperand] = []
    for (index, name) in names.enumerated() {
      let operand = try call.operand(index)
      guard isFlat else {
        parts.append(operand)
        continue
      }
      guard let heads = try node.int(name) else {
        throw node.malformed(expected: "the attribute \(name)", found: "none")
      }
      parts.append(try steps.split(operand, heads: heads, &conversion))
    }
    let cap = try node.float("softcap") ?? 0
    guard cap == 0 || call.optional(3) == nil else {
      throw node.unsupported("softcap beside a mask", advice: "export the model without softcap")
    }
    // Since opset 24 a mask of fewer keys is continued with −∞; one of a single key is no mask for all.
    if node.version >= 24, let mask = call.optional(3) {
      let (extent, keys) = (conversion.shape(of: mask).last, conversion.shape(of: parts[1])[2])
      if let extent, extent != keys {
        throw node.unsupported(
          "a mask of \(extent) of \(keys) keys",
          advice: "continue it with −∞ (or false) to all keys"
        )
      }
    }
    let result = try steps.attend(
      parts,
      scale: try node.float("scale"),
      masks: [call.optional(3)],
      isCausal: try node.int("is_causal") ?? 0 != 0,
      cap: cap,
      &conversion
    )
    return [try isFlat ? steps.joined(result, &conversion) : result]
  }

  /// x [b, n, w], weights [w, q + k + v], bias.
  private static func fusedAttention(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    try refuseInputs(call, [3: "a mask of indices", 4: "past keys", 6: "a past length"])
    let (x, weights) = (try call.operand(0), try call.operand(1))
    return try projected(x, weights, bias: 2, addend: 5, call, &conversion)
  }

  /// Codes of x and weights, bias, their scales, mask, their zero points.
  private static func quantizedAttention(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    try refuseInputs(call, [5: "a mask of indices", 8: "past keys"])
    let steps = ONNXComposition(call)
    let advice = QuantizationParameters.advice
    var operands: [ONNXOperand] = []
    for (index, axis) in [(0, 0), (1, -1)] {
      let codes = IntegerWeights(
        try call.operand(index),
        zeroPoint: call.optional(6 + index),
        axis: axis
      )
      guard let scale = try call.constant(3 + index, "scale", advice: advice),
        let reals = try codes.dequantized(scale, steps, &conversion)
      else {
        throw call.node.malformed(expected: "a scale of one number or per column", found: "others")
      }
      operands.append(reals)
    }
    return try projected(operands[0], operands[1], bias: 2, addend: nil, call, &conversion)
  }

  /// x times weights that hold queries, keys and values side by side, then attention.
  private static func projected(
    _ x: ONNXOperand,
    _ weights: ONNXOperand,
    bias: Int,
    addend: Int?,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    try FusedOperators.refuse(1..<2, of: call)
    let steps = AttentionSteps(call)
    guard let heads = try node.int("num_heads") else {
      throw node.malformed(expected: "the attribute num_heads", found: "none")
    }
    guard try node.int("do_rotary") ?? 0 == 0 else {
      throw node.unsupported("rotation inside of attention", advice: "export it as RotaryEmbedding")
    }
    let standard = steps.standard
    let name = "\(node.name)/qkv"
    var all = try standard("MatMul", [x, weights], name: name, in: &conversion)
    if let bias = call.optional(bias) { all = try standard("Add", [all, bias], in: &conversion) }
    let shape = conversion.shape(of: all)
    let width = shape.last ?? 0
    let widths = try node.ints("qkv_hidden_sizes") ?? [width / 3, width / 3, width / 3]
    guard shape.count == 3, widths.count == 3, widths.allSatisfy({ $0 > 0 && $0 <= width }),
      widths.reduce(0, +) == width
    else {
      throw node.malformed(
        expected: "x [b, n, w] and weights [w, queries + keys + values]",
        found: "a product of \(shape) for \(widths)"
      )
    }
    let parts = try standard.all(
      "Split",
      [all, .constant(ONNXConstant(widths))],
      [.integer("axis", 2)],
      outputs: 3,
      in: &conversion
    )
    var split: [ONNXOperand] = []
    for part in parts { split.append(try steps.split(part, heads: heads, &conversion)) }
    let result = try steps.attend(
      split,
      scale: try fusedScale(node),
      masks: [addend.flatMap { call.optional($0) }],
      isCausal: try node.int("unidirectional") ?? 0 != 0,
      &conversion
    )
    return [try steps.joined(result, &conversion)]
  }

  /// Zero, as an absent one, is 1/√d.
  private static func fusedScale(_ node: ONNXNode) throws(ONNXFault) -> Float? {
    let scale = try node.float("scale")
    return scale == 0 ? nil : scale
  }

  /// Queries, keys and values, or packed ones; bias of all three; masks.
  private static func multiHead(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    try FusedOperators.refuse(1..<4, of: call)
    try refuseInputs(
      call,
      [4: "a mask of padding", 6: "past keys", 7: "past values", 8: "a past length", 9: "a cache"]
    )
    let steps = AttentionSteps(call)
    guard let heads = try node.int("num_heads") else {
      throw node.malformed(expected: "the attribute num_heads", found: "none")
    }
    var parts = try steps.unpacked(&conversion)
    if let bias = call.optional(3) {
      parts = try steps.biased(parts, bias, &conversion)
    }
    var split: [ONNXOperand] = []
    for part in parts {
      let isSplit = conversion.shape(of: part).count == 4
      split.append(try isSplit ? part : steps.split(part, heads: heads, &conversion))
    }
    let result = try steps.attend(
      split,
      scale: try fusedScale(node),
      masks: [call.optional(5)],
      isCausal: try node.int("unidirectional") ?? 0 != 0,
      &conversion
    )
    return [try steps.joined(result, &conversion)]
  }

  private static func refuseInputs(
    _ call: ONNXCall,
    _ inputs: [Int: String]
  ) throws(ONNXFault) {
    for (index, what) in inputs.sorted(by: { $0.key < $1.key }) where call.optional(index) != nil {
      throw call.node.unsupported("\(what) in attention", advice: "export the model without")
    }
  }
}
