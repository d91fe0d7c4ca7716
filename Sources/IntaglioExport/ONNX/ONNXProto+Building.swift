import FoundationEssentials
import IntaglioData
import SwiftProtobuf

extension ONNXAttributeProto {
  static func int(_ name: String, _ value: Int) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 2
      proto.intValue = Int64(value)
    }
  }

  static func ints(_ name: String, _ values: [Int]) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 7
      proto.intValues = values.map { Int64($0) }
    }
  }

  static func float(_ name: String, _ value: Float) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 1
      proto.floatValue = value
    }
  }

  static func string(_ name: String, _ value: String) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 3
      proto.stringValue = Data(value.utf8)
    }
  }
}

extension ONNXTensorProto {
  /// - Precondition: `bytes` are the elements of `shape`.
  static func raw(
    _ name: String,
    _ element: QDQElement,
    _ shape: [Int],
    _ bytes: [UInt8]
  ) -> ONNXTensorProto {
    .with { proto in
      proto.name = name
      proto.elementType = element.rawValue
      proto.extents = shape.map { Int64($0) }
      proto.rawData = Data(bytes)
    }
  }
}

extension ONNXValueProto {
  static func tensor(_ name: String, _ element: QDQElement, _ shape: [Int]) -> ONNXValueProto {
    .with { proto in
      proto.name = name
      proto.type.tensor.elementType = element.rawValue
      proto.type.tensor.shape.extents = shape.map { extent in .with { $0.value = Int64(extent) } }
    }
  }
}
