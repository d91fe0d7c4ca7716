import Foundation
import IntaglioData
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf

/// The ways to break a model that the importer must answer with a message.
enum DamageTable {
  static let all = files + names + tensors + quantization + shapes + attributes

  private static let files: [Damage] = [
    Damage("no graph", says: "a model with a graph") { $0.proto.clearGraph() },
    Damage("no outputs", says: "outputs") { $0.proto.graph.outputs = [] },
    Damage("no operator set", says: "operator set") { $0.proto.operatorSets = [] },
    Damage("an old operator set", says: "operator set 6", "opset 7 to") {
      $0.proto.operatorSets[0].version = 6
    },
    Damage("an operator set of the future", says: "operator set 99") {
      $0.proto.operatorSets[0].version = 99
    },
  ]

  private static let names: [Damage] = [
    Damage("a missing input", says: "node /product (MatMul)", "a value named nothing") {
      $0.proto.graph.nodes[1].inputs[0] = "nothing"
    },
    Damage("an input left out", says: "node /product (MatMul)", "input number 2") {
      $0.proto.graph.nodes[1].inputs = ["x"]
    },
    Damage("a cycle", says: "cycle", "/product") { $0.proto.graph.nodes[1].inputs[0] = "d" },
    Damage("a node that feeds itself", says: "cycle", "/product") {
      $0.proto.graph.nodes[1].inputs[0] = "p"
    },
    Damage("two nodes for one name", says: "/softmax", "y, which node /again (Neg) makes too") {
      $0.node("Neg", ["d"], ["y"], name: "/again")
      $0.proto.graph.nodes.swapAt(4, 5)
    },
    Damage("two initializers of one name", says: "initializer s") {
      $0.floats("s", [1], [])
    },
    Damage("two inputs of one name", says: "input x") { $0.input("x", [1, 2]) },
    Damage("two outputs of one name", says: "output y") { $0.output("y") },
    Damage("an output of nothing", says: "output nothing") { $0.output("nothing") },
    Damage("an initializer without a name", says: "initializer") { $0.floats("", [1], []) },
    Damage("an attribute twice", says: "/softmax", "axis twice") {
      $0.proto.graph.nodes[4].attributes.append(.int("axis", 0))
    },
    Damage("an output too many", says: "/softmax", "output number 2") {
      $0.proto.graph.nodes[4].outputs.append("more")
    },
  ]

  private static let tensors: [Damage] = [
    Damage("too few bytes", says: "initializer w", "4 bytes", "found 3") {
      $0.proto.graph.initializers[0].rawData.removeLast()
    },
    Damage("too many bytes", says: "initializer w", "4 bytes", "found 5") {
      $0.proto.graph.initializers[0].rawData.append(0)
    },
    Damage("a negative extent", says: "initializer w", "dimensions ≥ 0") {
      $0.proto.graph.initializers[0].extents = [-2, -2]
    },
    Damage("dimensions that overflow", says: "initializer w", "elements") {
      $0.proto.graph.initializers[0].extents = [1 << 40, 1 << 40]
    },
    Damage("zero hides an overflow", says: "initializer w", "elements") {
      $0.proto.graph.initializers[0].extents = [0, 1 << 62, 1 << 62]
    },
    Damage("a huge tensor without data", says: "initializer w", "bytes") {
      $0.proto.graph.initializers[0].extents = [1 << 30]
    },
    Damage("an unknown element type", says: "initializer w", "element type number 8") {
      $0.proto.graph.initializers[0].elementType = 8
    },
    Damage("typed data of another length", says: "initializer s", "1 elements") {
      $0.proto.graph.initializers[2].clearRawData()
      $0.proto.graph.initializers[2].floatData = [1, 2]
    },
    Damage("a byte out of range in a typed field", says: "initializer z") {
      $0.proto.graph.initializers[3].clearRawData()
      $0.proto.graph.initializers[3].int32Data = [256]
    },
    Damage("external data that is not there", says: "initializer w", "gone.bin") {
      $0.proto.graph.initializers[0].dataLocation = 1
      $0.proto.graph.initializers[0].externalData = [
        .with {
          $0.key = "location"
          $0.value = "gone.bin"
        }
      ]
    },
  ]

  private static let quantization: [Damage] = [
    Damage("a scale of zero", says: "node /quantize", "scale", "found 0") {
      $0.proto.graph.initializers[2] = .floats("s", [0], [])
    },
    Damage("a scale that is not a number", says: "/quantize", "found nan") {
      $0.proto.graph.initializers[2] = .floats("s", [.nan], [])
    },
    Damage("an infinite scale per channel", says: "node /w", "inf at position 1") {
      $0.proto.graph.initializers[1] = .floats("ws", [1, .infinity], [2])
    },
    Damage("integer scales", says: "/quantize", "scale of reals") {
      $0.proto.graph.initializers[2] = .integers("s", [1], [])
    },
    Damage("a scale too many", says: "node /w", "2 scales for axis 1 of [2, 2]", "found 3") {
      $0.proto.graph.initializers[1] = .floats("ws", [1, 2, 3], [3])
    },
    Damage("an axis that is not there", says: "node /w", "axis 2") {
      $0.proto.graph.nodes[0].attributes = [.int("axis", 2)]
    },
    Damage("scales in blocks", says: "node /w", "blocks", "not there yet") {
      $0.proto.graph.initializers[1] = .floats("ws", [1, 2], [1, 2])
    },
    Damage("a zero point of another type", says: "/dequantize", "zero point of u8", "i8") {
      $0.constant(.int8("other", [0], []))
      $0.proto.graph.nodes[3].inputs[2] = "other"
    },
    Damage("a zero point of another shape", says: "/quantize", "zero point of []") {
      $0.proto.graph.initializers[3] = .uint8("z", [1, 2], [2])
    },
    Damage("a scale that depends on the input", says: "/quantize", "scale that depends") {
      $0.proto.graph.nodes[2].inputs[1] = "x"
    },
    Damage("reals to dequantize", says: "/dequantize", "integers") {
      $0.proto.graph.nodes[3].inputs[0] = "p"
    },
    Damage("arithmetic on codes", says: "/softmax", "dequantize them first") {
      $0.proto.graph.nodes[4].inputs[0] = "q"
    },
    Damage("float8 codes", says: "element type number 17") {
      $0.proto.graph.initializers[3].elementType = 17
    },
  ]

  private static let shapes: [Damage] = [
    Damage("matrices that do not fit", says: "matmul", "real[1, 3] and real[2, 2]", "/product") {
      $0.proto.graph.inputs = []
      $0.input("x", [1, 3])
    },
    Damage("an input without a shape", says: "input x") {
      $0.proto.graph.inputs[0].type.tensor.clearShape()
    },
    Damage("an input of text", says: "input x", "element type number 8") {
      $0.proto.graph.inputs[0].type.tensor.elementType = 8
    },
    Damage("an input that is no tensor", says: "input x") {
      $0.proto.graph.inputs[0].clearType()
    },
    Damage("a negative input extent", says: "input x", "extent ≥ 1 at axis 0") {
      $0.proto.graph.inputs = []
      $0.input("x", [-1, 2])
    },
    Damage("an enormous input", says: "input x", "elements") {
      $0.proto.graph.inputs = []
      $0.input("x", [1 << 40, 1 << 40])
    },
    Damage("Expand beyond all bounds", says: "/more", "[4611686018427387904") {
      $0.integers("shape", [1 << 62, 1 << 62])
      $0.node("Expand", ["y", "shape"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("padding beyond all bounds", says: "/more", "padding of [1, 2000000000]", "pad by less")
    {
      $0.integers("pads", [0, 2_000_000_000, 0, 0])
      $0.node("Pad", ["y", "pads"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("a product beyond all bounds", says: "/more", "[65536, 65536]") {
      $0.input("column", [65536, 1])
      $0.input("row", [1, 65536])
      $0.node("Mul", ["column", "row"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("a constant stretched beyond memory", says: "dimensions [2000000000]") {
      $0.integers("shape", [2_000_000_000])
      $0.node("Expand", ["s", "shape"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("a filler beyond memory", says: "/more", "small dimensions") {
      $0.integers("shape", [1 << 20, 1 << 20])
      $0.node("ConstantOfShape", ["shape"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("a range without end", says: "/more", "finite range") {
      $0.floats("a", [0], [])
      $0.floats("b", [.infinity], [])
      $0.floats("c", [1], [])
      $0.node("Range", ["a", "b", "c"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("a zero that allowzero takes literally", says: "/more", "2 elements", "[0, 2]") {
      $0.integers("shape", [0, 2])
      $0.node("Reshape", ["y", "shape"], ["more"], [.int("allowzero", 1)], name: "/more")
      $0.output("more")
    },
    Damage("Reshape to another count", says: "/more", "2 elements of [1, 2]", "found [3]") {
      $0.integers("shape", [3])
      $0.node("Reshape", ["y", "shape"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("a shape that depends on the input", says: "/more", "shape that depends") {
      $0.node("Reshape", ["y", "x"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("Gather beyond the end", says: "/more", "indices below 2", "found 2") {
      $0.integers("i", [2])
      $0.node("Gather", ["y", "i"], ["more"], [.int("axis", 1)], name: "/more")
      $0.output("more")
    },
    Damage("Slice with a step of zero", says: "/more", "a step other than 0") {
      $0.integers("a", [0])
      $0.integers("b", [2])
      $0.integers("axes", [1])
      $0.integers("steps", [0])
      $0.node("Slice", ["y", "a", "b", "axes", "steps"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("Split into parts that do not fill", says: "/more", "2 parts of extent 2") {
      $0.integers("parts", [1, 2])
      $0.node("Split", ["y", "parts"], ["more", "rest"], [.int("axis", 1)], name: "/more")
      $0.output("more")
    },
    Damage("division by zero in shape arithmetic", says: "/more", "divisor") {
      $0.integers("a", [1])
      $0.integers("b", [0])
      $0.node("Div", ["a", "b"], ["q0"], name: "/more")
      $0.node("Reshape", ["y", "q0"], ["more"])
      $0.output("more")
    },
  ]

  private static let attributes: [Damage] = [
    Damage("a float for an integer", says: "/softmax", "an integer in attribute axis") {
      $0.proto.graph.nodes[4].attributes = [.float("axis", 1)]
    },
    Damage("an axis beyond the rank", says: "/softmax", "axis 2") {
      $0.proto.graph.nodes[4].attributes = [.int("axis", 2)]
    },
    Damage("the smallest axis", says: "/softmax", "an axis of 2") {
      $0.proto.graph.nodes[4].attributes = [.int("axis", .min)]
    },
    Damage("no permutation", says: "/more", "a permutation of [0, 1]") {
      $0.node("Transpose", ["y"], ["more"], [.ints("perm", [0, 0])], name: "/more")
      $0.output("more")
    },
    Damage("a stride of zero", says: "/more", "strides ≥ 1") {
      $0.input("image", [1, 1, 4, 4])
      $0.floats("kernel", [1], [1, 1, 1, 1])
      $0.node("Conv", ["image", "kernel"], ["more"], [.ints("strides", [0, 1])], name: "/more")
      $0.output("more")
    },
    Damage("pads beyond all bounds", says: "/more", "pads ≥ 0") {
      $0.input("image", [1, 1, 4, 4])
      $0.floats("kernel", [1], [1, 1, 1, 1])
      let pads = ONNXAttributeProto.ints("pads", [.max, .max, .max, .max])
      $0.node("Conv", ["image", "kernel"], ["more"], [pads], name: "/more")
      $0.output("more")
    },
    Damage("a window larger than the image", says: "convolution", "/more") {
      $0.input("image", [1, 1, 2, 2])
      $0.floats("kernel", [Float](repeating: 1, count: 9), [1, 1, 3, 3])
      $0.node("Conv", ["image", "kernel"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("a convolution of volumes", says: "/more", "one or two axes") {
      $0.input("signal", [1, 1, 4, 4, 4])
      $0.floats("kernel", [1], [1, 1, 1, 1, 1])
      $0.node("Conv", ["signal", "kernel"], ["more"], name: "/more")
      $0.output("more")
    },
    Damage("another Gelu", says: "/more", "approximate none or tanh") {
      $0.node("Gelu", ["y"], ["more"], [.string("approximate", "sigmoid")], name: "/more")
      $0.output("more")
    },
    Damage("a cast to text", says: "/more", "element type number 8") {
      $0.node("Cast", ["y"], ["more"], [.int("to", 8)], name: "/more")
      $0.output("more")
    },
    Damage("a cast of the input to integers", says: "/more", "use QuantizeLinear") {
      $0.node("Cast", ["y"], ["more"], [.int("to", 7)], name: "/more")
      $0.output("more")
    },
    Damage("a Constant of text", says: "/more", "constant of text") {
      $0.node("Constant", [], ["more"], [.string("value_string", "a")], name: "/more")
      $0.output("more")
    },
    Damage("mean and deviation as outputs", says: "/more", "mean or deviation") {
      $0.floats("gamma", [1, 1], [2])
      $0.node("LayerNormalization", ["y", "gamma"], ["more", "mean"], name: "/more")
      $0.output("more")
    },
  ]
}
