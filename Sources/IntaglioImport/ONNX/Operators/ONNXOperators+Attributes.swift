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
    "ArgMax": argument, "ArgMin": argument, "AveragePool": window.union(["count_include_pad"]),
    "BatchNormalization": ["epsilon", "momentum", "spatial", "training_mode"],
    "BitShift": ["direction"], "Cast": ["to", "saturate", "round_mode"],
    "CastLike": ["saturate", "round_mode"], "Celu": ["alpha"], "Clip": ["min", "max"],
    "Compress": ["axis"], "Concat": ["axis"],
    "Constant": [
      "value", "value_float", "value_floats", "value_int", "value_ints", "value_string",
      "value_strings", "sparse_value",
    ],
    "ConstantOfShape": ["value"],
    "Conv": ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"],
    "CumSum": ["exclusive", "reverse"], "DepthToSpace": ["blocksize", "mode"],
    "DequantizeLinear": ["axis", "block_size", "output_dtype"],
    "Dropout": ["ratio", "seed", "is_test"], "Einsum": ["equation"], "Elu": ["alpha"],
    "EyeLike": ["dtype", "k"], "Flatten": ["axis"], "Gather": ["axis"],
    "GatherElements": ["axis"], "GatherND": ["batch_dims"], "Gelu": ["approximate"],
    "Gemm": ["alpha", "beta", "transA", "transB"],
    "GroupNormalization": ["epsilon", "num_groups", "stash_type"],
    "HardSigmoid": ["alpha", "beta"], "InstanceNormalization": ["epsilon"],
    "IsInf": ["detect_negative", "detect_positive"],
    "LayerNormalization": ["axis", "epsilon", "stash_type"], "LeakyRelu": ["alpha"],
    "LogSoftmax": ["axis"], "LpNormalization": ["axis", "p"],
    "MaxPool": window.union(["storage_order"]), "Mod": ["fmod"], "OneHot": ["axis"],
    "Pad": ["mode", "pads", "value"],
    "QuantizeLinear": ["axis", "block_size", "output_dtype", "precision", "saturate"],
    "RMSNormalization": ["axis", "epsilon", "stash_type"], "Range": ["stash_type"],
    "ReduceL1": reduction, "ReduceL2": reduction, "ReduceLogSum": reduction,
    "ReduceLogSumExp": reduction, "ReduceMax": reduction, "ReduceMean": reduction,
    "ReduceMin": reduction, "ReduceProd": reduction, "ReduceSum": reduction,
    "ReduceSumSquare": reduction, "Reshape": ["allowzero", "shape"],
    "Resize": [
      "antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
      "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode",
    ],
    "Scatter": ["axis"], "ScatterElements": ["axis", "reduction"], "ScatterND": ["reduction"],
    "Selu": ["alpha", "gamma"], "Shape": ["end", "start"], "Slice": ["axes", "ends", "starts"],
    "Softmax": ["axis"], "SpaceToDepth": ["blocksize"], "Split": ["axis", "num_outputs", "split"],
    "Squeeze": ["axes"], "Swish": ["alpha"], "TopK": ["axis", "k", "largest", "sorted"],
    "Transpose": ["perm"], "Trilu": ["upper"], "Unsqueeze": ["axes"],
    "Upsample": ["mode", "scales"],
  ]

  private static let argument: Set = ["axis", "keepdims", "select_last_index"]
  private static let window: Set = [
    "auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "strides",
  ]
  private static let reduction: Set = ["axes", "keepdims", "noop_with_empty_axes"]
}
