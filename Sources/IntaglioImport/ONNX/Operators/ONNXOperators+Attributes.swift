extension ONNXOperators {
  /// - Throws: `unsupported` for the first attribute that the operator is not known to have.
  static func checkAttributes(of node: ONNXNode) throws(ONNXFault) {
    let known = extended(node)?.attributes ?? attributes[node.type] ?? []
    if let other = node.attributeNames.first(where: { !known.contains($0) }) {
      throw node.unsupported(
        "the attribute \(other)",
        advice: "export the model with operators of the standard, or leave the attribute out"
      )
    }
    if let precision = try node.int("precision"), ![0, 1].contains(precision) {
      throw node.unsupported(
        "division in element type number \(precision)",
        advice: "leave the attribute precision out"
      )
    }
  }

  /// The attributes that are read, or mean nothing here: `saturate` concerns float8, `stash_type` the
  /// precision of a runtime, `seed` and `ratio` training.
  private static let attributes: [String: Set<String>] = [
    "Cast": ["to", "saturate", "round_mode"], "CastLike": ["saturate", "round_mode"],
    "Clip": ["min", "max"], "Concat": ["axis"],
    "Constant": [
      "value", "value_float", "value_floats", "value_int", "value_ints", "value_string",
      "value_strings", "sparse_value",
    ],
    "ConstantOfShape": ["value"],
    "Conv": ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"],
    "DequantizeLinear": ["axis", "block_size", "output_dtype"],
    "Dropout": ["ratio", "seed", "is_test"], "Flatten": ["axis"], "Gather": ["axis"],
    "Gelu": ["approximate"], "Gemm": ["alpha", "beta", "transA", "transB"],
    "HardSigmoid": ["alpha", "beta"], "LayerNormalization": ["axis", "epsilon", "stash_type"],
    "Mod": ["fmod"], "Pad": ["mode", "pads", "value"],
    "QuantizeLinear": ["axis", "block_size", "output_dtype", "precision", "saturate"],
    "RMSNormalization": ["axis", "epsilon", "stash_type"], "Range": ["stash_type"],
    "ReduceMax": reduction, "ReduceMean": reduction, "ReduceMin": reduction,
    "ReduceProd": reduction, "ReduceSum": reduction, "Reshape": ["allowzero", "shape"],
    "Shape": ["end", "start"], "Slice": ["axes", "ends", "starts"], "Softmax": ["axis"],
    "Split": ["axis", "num_outputs", "split"], "Squeeze": ["axes"], "Swish": ["alpha"],
    "Transpose": ["perm"], "Unsqueeze": ["axes"],
  ]

  private static let reduction: Set = ["axes", "keepdims", "noop_with_empty_axes"]
}
