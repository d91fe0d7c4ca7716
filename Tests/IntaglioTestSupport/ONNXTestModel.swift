import Foundation
package import IntaglioData
package import IntaglioGraph
import IntaglioImport
import SwiftProtobuf

/// A small ONNX model under construction, and what its graph computes.
package struct ONNXTestModel {
  package var proto = ONNXModelProto()

  package init(opset: Int = 17) {
    proto.irVersion = 8
    proto.graph.name = "test"
    proto.operatorSets = [.with { $0.version = Int64(opset) }]
  }

  /// An input; a `nil` extent is dynamic and called `n0`, `n1`, ….
  package mutating func input(_ name: String, _ shape: [Int?], type: Int32 = 1) {
    let extents = shape.enumerated().map { axis, extent in
      ONNXExtentProto.with { proto in
        if let extent { proto.value = Int64(extent) } else { proto.parameter = "n\(axis)" }
      }
    }
    let value = ONNXValueProto.with { proto in
      proto.name = name
      proto.type.tensor.elementType = type
      proto.type.tensor.shape.extents = extents
    }
    proto.graph.inputs.append(value)
  }

  package mutating func output(_ name: String) {
    proto.graph.outputs.append(.with { $0.name = name })
  }

  /// Dimensions of the first output; a `nil` extent is unknown.
  package mutating func declareOutput(_ shape: [Int?]) {
    proto.graph.outputs[0].type.tensor.elementType = 1
    proto.graph.outputs[0].type.tensor.shape.extents = shape.map { extent in
      .with { proto in if let extent { proto.value = Int64(extent) } }
    }
  }

  package mutating func constant(_ tensor: ONNXTensorProto) {
    proto.graph.initializers.append(tensor)
  }

  package mutating func floats(_ name: String, _ values: [Float], _ shape: [Int]) {
    constant(.floats(name, values, shape))
  }

  package mutating func integers(_ name: String, _ values: [Int]) {
    constant(.integers(name, values, [values.count]))
  }

  package mutating func node(
    _ type: String,
    _ inputs: [String],
    _ outputs: [String],
    _ attributes: [ONNXAttributeProto] = [],
    name: String? = nil,
    domain: String = ""
  ) {
    let node = ONNXNodeProto.with { proto in
      proto.operatorType = type
      proto.inputs = inputs
      proto.outputs = outputs
      proto.attributes = attributes
      proto.name = name ?? "/\(type)_\(self.proto.graph.nodes.count)"
      if !domain.isEmpty { proto.domain = domain }
    }
    proto.graph.nodes.append(node)
  }

  package func graph(dimensions: [String: Int] = [:], folder: String = ".") throws -> Graph {
    try ONNXFile(proto, file: "test.onnx", folder: folder, dimensions: dimensions).graph
  }

  /// The first output in float64.
  package func evaluate(_ inputs: [String: [Double]]) throws -> TestTensor {
    let graph = try graph()
    let result = try Oracle<Double>(graph).run(inputs.mapValues { .real($0) })
    let output = graph.outputs[0]
    let shape = graph.type(of: output.value).shape
    switch result[output.name] {
    case .real(let values): return TestTensor(values, shape)
    case .integer(let values): return TestTensor(values.map(Double.init), shape)
    case nil: return TestTensor([], [])
    }
  }
}

/// What a test expects of a value.
package struct TestTensor: Equatable, CustomStringConvertible {
  package let values: [Double]
  package let shape: [Int]

  package init(_ values: [Double], _ shape: [Int]) {
    self.values = values
    self.shape = shape
  }

  package var description: String { "\(values)\(shape)" }

  package func isClose(to other: TestTensor, within tolerance: Double = 1e-6) -> Bool {
    shape == other.shape && values.count == other.values.count
      && zip(values, other.values).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
  }
}

extension ONNXTensorProto {
  package static func floats(_ name: String, _ values: [Float], _ shape: [Int]) -> ONNXTensorProto {
    raw(name, 1, shape, values.flatMap { bytes($0.bitPattern) })
  }

  package static func integers(_ name: String, _ values: [Int], _ shape: [Int]) -> ONNXTensorProto {
    raw(name, 7, shape, values.flatMap { bytes(UInt64(bitPattern: Int64($0))) })
  }

  package static func int8(_ name: String, _ values: [Int8], _ shape: [Int]) -> ONNXTensorProto {
    raw(name, 3, shape, values.map { UInt8(bitPattern: $0) })
  }

  package static func uint8(_ name: String, _ values: [UInt8], _ shape: [Int]) -> ONNXTensorProto {
    raw(name, 2, shape, values)
  }

  package static func raw(
    _ name: String,
    _ type: Int32,
    _ shape: [Int],
    _ bytes: [UInt8]
  ) -> ONNXTensorProto {
    .with { proto in
      proto.name = name
      proto.elementType = type
      proto.extents = shape.map { Int64($0) }
      proto.rawData = Data(bytes)
    }
  }

  private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
  }
}

extension ONNXAttributeProto {
  package static func int(_ name: String, _ value: Int) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 2
      proto.intValue = Int64(value)
    }
  }

  package static func ints(_ name: String, _ values: [Int]) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 7
      proto.intValues = values.map { Int64($0) }
    }
  }

  package static func float(_ name: String, _ value: Float) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 1
      proto.floatValue = value
    }
  }

  package static func floats(_ name: String, _ values: [Float]) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 6
      proto.floatValues = values
    }
  }

  package static func string(_ name: String, _ value: String) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 3
      proto.stringValue = Data(value.utf8)
    }
  }

  package static func tensor(_ name: String, _ value: ONNXTensorProto) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 4
      proto.tensorValue = value
    }
  }
}
