import Foundation
import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf

extension FuzzTarget {
  static let onnx = FuzzTarget(
    "onnx",
    "ONNX models, imported",
    limit: 1 << 14,
    dictionary: ONNXSeeds.words,
    mutation: ProtobufMutation.mutation(ONNXSeeds.words),
    seeds: { try ONNXSeeds.all() }
  ) { bytes, folder in
    let model = try ModelFile.read(path: folder.file("model.onnx", bytes))
    try PackedRoundTrip.check(model.graph, model.description, in: folder)
  }
}

/// One model per operator and number of operands, and a few with several nodes.
private enum ONNXSeeds {
  static let words =
    operators + attributes + ["x", "y", "c", "i", "ai.onnx", "com.microsoft", "location", "offset"]

  /// What the importer says that it supports.
  static let operators: [String] = {
    var model = ONNXTestModel()
    model.node("None", [], ["y"])
    model.output("y")
    do {
      _ = try model.graph()
    } catch ImportError.unknownOperators(_, _, let supported) {
      return supported
    } catch {}
    return []
  }()

  private static let attributes = [
    "axis", "axes", "perm", "keepdims", "alpha", "beta", "transA", "transB", "epsilon", "to",
    "value", "value_int", "value_ints", "value_float", "value_floats", "kernel_shape", "strides",
    "pads", "dilations", "group", "auto_pad", "SAME_UPPER", "VALID", "starts", "ends", "steps",
    "split", "num_outputs", "allowzero", "approximate", "tanh", "block_size",
    "noop_with_empty_axes",
    "stash_type", "largest", "sorted", "mode", "batch_dims", "min", "max", "saturate", "fmod",
    "equation", "antialias", "nearest_mode", "ceil_mode", "count_include_pad", "blocksize", "upper",
    "coordinate_transformation_mode", "exclusive", "reverse", "reduction", "num_groups",
    "select_last_index",
  ]

  static func all() throws -> [[UInt8]] {
    try (singles + [quantized, narrow, convolution, normalized] + dialects)
      .map { try $0.proto.serializedBytes() }
  }

  private static var singles: [ONNXTestModel] {
    operators.flatMap { type in
      let operands = [
        [], ["x"], ["c"], ["x", "c"], ["x", "i"], ["c", "i"], ["x", "c", "c"], ["x", "i", "i"],
        ["c", "c", "c"], ["x", "i", "i", "i"], ["b", "x", "c"], ["m", "w"],
        ["n", "n", "n"], ["x", "n"], ["i"],
      ]
      return operands.map { single(type, $0) }
    }
  }

  private static func single(_ type: String, _ operands: [String]) -> ONNXTestModel {
    var model = ONNXTestModel(opset: type.count % 2 == 0 ? 17 : 21)
    model.input("x", [1, 2, 3])
    model.input("m", [1, 3, 4, 4])
    for name in Set(operands).sorted() {
      switch name {
      case "c": model.floats("c", [1, -0.5, 2], [3])
      case "i": model.integers("i", [1, 2])
      case "n": model.constant(.integers("n", [1], []))
      case "b": model.constant(.raw("b", 9, [1], [1]))
      case "w": model.floats("w", (0..<24).map { Float($0) / 8 }, [2, 3, 2, 2])
      default: break
      }
    }
    model.node(type, operands, ["y"])
    model.output("y")
    return model
  }

  private static var quantized: ONNXTestModel {
    var model = ONNXTestModel()
    model.input("x", [nil, 2])
    model.constant(.int8("w", [1, 2, 3, 4], [2, 2]))
    model.floats("ws", [0.5, 0.25], [2])
    model.floats("s", [0.125], [])
    model.constant(.uint8("z", [128], []))
    model.node("QuantizeLinear", ["x", "s", "z"], ["xq"])
    model.node("DequantizeLinear", ["xq", "s", "z"], ["xd"])
    model.node("DequantizeLinear", ["w", "ws"], ["wd"], [.int("axis", 1)])
    model.node("MatMul", ["xd", "wd"], ["p"])
    model.node("QuantizeLinear", ["p", "s", "z"], ["q"])
    model.node("DequantizeLinear", ["q", "s", "z"], ["d"])
    model.node("Softmax", ["d"], ["y"], [.int("axis", -1)])
    model.output("y")
    return model
  }

  /// Codes limited to fewer bits, a table of them, and exp(x − max x).
  private static var narrow: ONNXTestModel {
    var model = ONNXTestModel(opset: 21)
    model.input("x", [2, 4])
    model.floats("s", [0.125], [])
    model.constant(.uint8("z", [0], []))
    model.constant(.uint8("top", [3], []))
    model.constant(.uint8("t", [0, 1, 4, 9], [4]))
    model.integers("last", [-1])
    model.node("ReduceMax", ["x", "last"], ["m"])
    model.node("Sub", ["x", "m"], ["d"])
    model.node("Exp", ["d"], ["e"])
    model.node("QuantizeLinear", ["e", "s", "z"], ["q"])
    model.node("Clip", ["q", "z", "top"], ["c"])
    model.node("Cast", ["c"], ["i"], [.int("to", 7)])
    model.node("Gather", ["t", "i"], ["g"])
    model.node("DequantizeLinear", ["g", "s", "z"], ["y"])
    model.output("y")
    return model
  }

  /// Codes with their scales, QONNX, dynamic codes, blocks, attention, rounding, and an operator of the file's own.
  private static var dialects: [ONNXTestModel] {
    let own = "own"
    let microsoft = "com.microsoft"
    func model(_ build: (inout ONNXTestModel) -> Void) -> ONNXTestModel {
      var model = ONNXTestModel(opset: 21)
      model.input("x", [1, 2, 4])
      model.floats("s", [0.5], [])
      model.floats("n", [4], [])
      model.constant(.uint8("z", [3], []))
      model.constant(.uint8("w", (0..<16).map { 16 * $0 }, [4, 4]))
      model.floats("m", (0..<48).map { Float($0 % 5) }, [4, 12])
      model.node("QuantizeLinear", ["x", "s", "z"], ["q"])
      build(&model)
      model.output("y")
      return model
    }
    return [
      model {
        $0.node("QLinearMul", ["q", "s", "z", "q", "s", "z", "s", "z"], ["p"], domain: microsoft)
        $0.node("QLinearMatMul", ["p", "s", "z", "w", "s", "z", "s", "z"], ["y"])
      },
      model {
        $0.node("Quant", ["x", "s", "s", "n"], ["p"], [.int("narrow", 0)], domain: "onnx.brevitas")
        $0.node("BipolarQuant", ["p", "s"], ["y"], domain: "qonnx.custom_op.general")
      },
      model {
        $0.node("DynamicQuantizeLinear", ["x"], ["d", "t", "u"])
        $0.node("MatMulInteger", ["d", "w", "u", "z"], ["i"])
        $0.node("Cast", ["i"], ["f"], [.int("to", 1)])
        $0.node("Mul", ["t", "s"], ["b"])
        $0.node("Mul", ["f", "b"], ["y"])
      },
      model {
        let sizes = [("K", 4), ("N", 4), ("bits", 4), ("block_size", 4)]
        let attributes = sizes.map { ONNXAttributeProto.int($0, $1) }
        $0.floats("c", [1, 2, 3, 4], [4])
        $0.constant(.uint8("b", (0..<8).map { 31 * $0 }, [4, 1, 2]))
        $0.node("MatMulNBits", ["x", "b", "c"], ["y"], attributes, domain: microsoft)
      },
      model {
        $0.node("Attention", ["x", "m"], ["y"], [.int("num_heads", 2)], domain: microsoft)
      },
      model {
        $0.node("Div", ["x", "s"], ["d"])
        $0.node("Round", ["d"], ["r"])
        $0.node("Clip", ["r", "s", "n"], ["c"])
        $0.node("Mul", ["c", "s"], ["y"])
      },
      model { model in
        model.node("Add", ["a", "a"], ["r"])
        let body = model.proto.graph.nodes.removeLast()
        model.proto.functions = [
          .with { proto in
            proto.name = "Twice"
            proto.domain = own
            proto.inputs = ["a"]
            proto.outputs = ["r"]
            proto.nodes = [body]
          }
        ]
        model.node("Twice", ["x"], ["y"], domain: own)
      },
    ]
  }

  private static var convolution: ONNXTestModel {
    var model = ONNXTestModel()
    model.input("x", [1, 3, 8, 8])
    model.floats("w", (0..<96).map { Float($0 % 7) / 8 }, [2, 3, 4, 4])
    model.floats("b", [1, 2], [2])
    model.integers("s", [0, 2, -1])
    model.node(
      "Conv",
      ["x", "w", "b"],
      ["c"],
      [.ints("strides", [4, 4]), .ints("kernel_shape", [4, 4]), .ints("pads", [0, 0, 0, 0])]
    )
    model.node("Reshape", ["c", "s"], ["r"])
    model.node("Transpose", ["r"], ["t"], [.ints("perm", [0, 2, 1])])
    model.node("Shape", ["t"], ["n"])
    model.node("Gather", ["n", "i"], ["g"], [.int("axis", 0)])
    model.integers("i", [1])
    model.node("ConstantOfShape", ["g"], ["o"])
    model.node("Concat", ["t", "t"], ["k"], [.int("axis", 1)])
    model.node("ReduceMean", ["k"], ["y"], [.ints("axes", [1]), .int("keepdims", 0)])
    model.output("y")
    return model
  }

  private static var normalized: ONNXTestModel {
    var model = ONNXTestModel()
    model.input("x", [1, 3, 4])
    model.floats("g", [1, 2, 3, 4], [4])
    model.floats("e", [2], [])
    model.floats("small", [1e-6], [])
    model.node("LayerNormalization", ["x", "g", "g"], ["l"], [.float("epsilon", 1e-6)])
    model.node("ReduceMean", ["l"], ["m"], [.ints("axes", [-1])])
    model.node("Sub", ["l", "m"], ["d"])
    model.node("Pow", ["d", "e"], ["p"])
    model.node("ReduceMean", ["p"], ["v"], [.ints("axes", [-1])])
    model.node("Add", ["v", "small"], ["a"])
    model.node("Sqrt", ["a"], ["r"])
    model.node("Div", ["d", "r"], ["y"])
    model.output("y")
    return model
  }
}
