import Foundation
import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf
import Testing

@Suite("ONNX: what is honoured or refused by name")
struct ONNXDialectTests {
  private static func model(
    _ build: (inout ONNXTestModel) -> Void
  ) -> ONNXTestModel {
    var model = ONNXTestModel(opset: 23)
    model.input("x", [1, 2])
    model.floats("s", [0.5], [])
    build(&model)
    model.output("y")
    return model
  }

  private static func message(_ model: ONNXTestModel) -> String {
    do {
      _ = try model.graph()
      return ""
    } catch { return "\(error)" }
  }

  @Test("an attribute that the operator is not known to have")
  func attribute() {
    let model = Self.model { $0.node("Softmax", ["x"], ["y"], [.int("logarithmic", 1)]) }
    #expect(Self.message(model).contains("(Softmax): the attribute logarithmic is not supported"))
  }

  @Test("a precision of the division other than float32")
  func precision() throws {
    for (number, isRead) in [(0, true), (1, true), (10, false), (16, false)] {
      let model = Self.model {
        $0.node("QuantizeLinear", ["x", "s"], ["y"], [.int("precision", number)])
      }
      #expect(Self.message(model).isEmpty == isRead)
    }
  }

  @Test("a scale, a condition and a limit that depend on the input say what to do")
  func dynamic() {
    let scale = Self.model { $0.node("QuantizeLinear", ["x", "x"], ["y"]) }
    #expect(Self.message(scale).contains("quantize statically"))
    let condition = Self.model { $0.node("Where", ["x", "x", "s"], ["y"]) }
    #expect(Self.message(condition).contains("make the condition a constant"))
    let clip = Self.model { $0.node("Clip", ["x", "x"], ["y"]) }
    #expect(Self.message(clip).contains("use a constant"))
    let round = Self.model { $0.node("Round", ["x"], ["y"]) }
    #expect(Self.message(round).contains("export fake quantization as QuantizeLinear"))
    for text in [scale, condition, clip, round].map(Self.message) {
      #expect(!text.contains("fixed sizes"))
    }
  }

  @Test("limits on codes", arguments: ["Relu", "Max"])
  func codes(operation: String) {
    let model = Self.model {
      $0.constant(.uint8("low", [3], []))
      $0.node("QuantizeLinear", ["x", "s"], ["q"])
      $0.node(operation, operation == "Relu" ? ["q"] : ["q", "low"], ["y"])
    }
    #expect(Self.message(model).contains("limit the reals before QuantizeLinear"))
  }

  @Test("sparse initializers")
  func proto() {
    let sparse = Self.model {
      $0.node("Relu", ["x"], ["y"])
      $0.proto.graph.sparse = [Data([0])]
    }
    #expect(Self.message(sparse).contains("a sparse initializer"))
  }

  @Test("Where with −∞ adds a mask", arguments: [true, false])
  func mask(isFirst: Bool) throws {
    var model = ONNXTestModel()
    model.input("x", [1, 3])
    model.floats("never", [-.infinity], [])
    model.constant(.raw("c", 9, [1, 3], isFirst ? [1, 0, 1] : [0, 1, 0]))
    model.node("Where", isFirst ? ["c", "x", "never"] : ["c", "never", "x"], ["m"])
    model.node("Softmax", ["m"], ["y"], [.int("axis", -1)])
    model.output("y")
    let result = try model.evaluate(["x": [1, 50, 1]])
    #expect(result.isClose(to: TestTensor([0.5, 0, 0.5], [1, 3])))
    let graph = try model.graph()
    #expect(!graph.values.contains { graph[$0].operation == .multiply })
  }

  @Test("a concatenation with a part of extent 0 is the rest")
  func emptyPart() throws {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.floats("none", [], [1, 0])
    model.node("Concat", ["none", "x", "none"], ["y"], [.int("axis", 1)])
    model.output("y")
    #expect(try model.graph().nodes.count == 1)
    model.proto.graph.initializers[0] = .floats("none", [], [3, 0])
    #expect(throws: ImportError.self) { try model.graph() }
  }

  @Test("the mean of no elements is refused by name")
  func emptyMean() throws {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.integers("zero", [0])
    model.node("Slice", ["x", "zero", "zero", "zero"], ["none"])
    model.node("ReduceMean", ["none"], ["y"], [.ints("axes", [0])], name: "/mean")
    model.output("y")
    let error = #expect(throws: ImportError.self) { try model.graph() }
    #expect(error?.description.contains("no mean of no elements (node /mean)") == true)
  }

  @Test("dimensions that the JSON states stand in for dynamic axes of an image")
  func dynamicAxes() throws {
    var model = ONNXTestModel()
    model.input("x", [nil, nil, nil, nil])
    model.node("Relu", ["x"], ["y"])
    model.output("y")
    let folder = try TemporaryFolder()
    let path = try folder.file("m.onnx", [UInt8](model.proto.serializedData()))
    let error = #expect(throws: ImportError.self) { try ModelFile.read(path: path) }
    #expect(error?.description.contains("state \"input_size\": [channels, height, width]") == true)
    _ = try folder.file("m.json", Array(#"{"input_size": [3, 4, 6]}"#.utf8))
    let graph = try ModelFile.read(path: path).graph
    #expect(graph.type(of: try #require(graph.inputs.first)).shape == [1, 3, 4, 6])
  }

  @Test("a Git LFS pointer in place of a model, and of a JSON file")
  func pointer() throws {
    let text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    let folder = try TemporaryFolder()
    for name in ["m.onnx", "m.safetensors"] {
      let path = try folder.file(name, Array(text.utf8))
      let error = #expect(throws: ImportError.self) { try ModelFile.read(path: path) }
      #expect(error?.description.contains("git lfs pull") == true)
    }
  }

  @Test("data that links lead to is read in the model's folder and where the model is a link to")
  func links() throws {
    let files = FileManager.default
    let folder = try TemporaryFolder()
    for name in ["snapshot", "blobs", "elsewhere"] {
      try files.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    }
    var model = ONNXTestModel()
    model.input("x", [1])
    model.constant(
      .with { proto in
        proto.name = "c"
        proto.elementType = 1
        proto.extents = [1]
        proto.dataLocation = 1
        proto.externalData = [
          .with {
            $0.key = "location"
            $0.value = "data"
          }
        ]
      }
    )
    model.node("Mul", ["x", "c"], ["y"])
    model.output("y")
    let bytes = try model.proto.serializedData()
    let path = folder.path("snapshot/model.onnx")
    try bytes.write(to: URL(fileURLWithPath: folder.path("blobs/a")))
    for place in ["blobs", "elsewhere"] {
      try Data([0, 0, 128, 63]).write(to: URL(fileURLWithPath: folder.path("\(place)/b")))
    }
    for (isLink, place, isRead) in [
      (true, "blobs", true), (true, "elsewhere", false), (false, "blobs", false),
    ] {
      for name in ["snapshot/model.onnx", "snapshot/data"] {
        try? files.removeItem(atPath: folder.path(name))
      }
      if isLink {
        try files.createSymbolicLink(atPath: path, withDestinationPath: "../blobs/a")
      } else {
        try bytes.write(to: URL(fileURLWithPath: path))
      }
      try files.createSymbolicLink(
        atPath: folder.path("snapshot/data"),
        withDestinationPath: "../\(place)/b"
      )
      let file = try? ONNXFile(path: path)
      #expect((file != nil) == isRead, "\(isLink) \(place)")
    }
  }
}
