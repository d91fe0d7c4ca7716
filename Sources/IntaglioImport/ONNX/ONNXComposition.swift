import Foundation
import IntaglioData
import SwiftProtobuf

/// Converts one node as several standard operators.
///
/// Whatever a quantized or fused operator says in one node, the standard says in a few; so each of them
/// is written with these, and means what they mean.
struct ONNXComposition {
  /// The version of the standard operators that stand for a node.
  static let version = 22

  let call: ONNXCall

  init(_ call: ONNXCall) { self.call = call }

  /// The first result of the standard operator `type`, of operator set `version`.
  ///
  /// Its node is called `name`, by default by the node's own name and the operator's.
  /// - Throws: what the operator throws; `unsupported` where it is not known.
  func callAsFunction(
    _ type: String,
    _ operands: [ONNXOperand?],
    _ attributes: [ONNXAttributeProto] = [],
    name: String? = nil,
    version: Int = ONNXComposition.version,
    in conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let results = try all(
      type,
      operands,
      attributes,
      name: name,
      outputs: 1,
      version: version,
      in: &conversion
    )
    return results[0]
  }

  /// The first `outputs` results of the standard operator `type`.
  func all(
    _ type: String,
    _ operands: [ONNXOperand?],
    _ attributes: [ONNXAttributeProto] = [],
    name: String? = nil,
    outputs: Int,
    version: Int = ONNXComposition.version,
    in conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let name = name ?? "\(call.node.name)/\(type)"
    let proto = ONNXNodeProto.with { proto in
      proto.operatorType = type
      proto.name = name
      proto.attributes = attributes
      proto.outputs = (0..<outputs).map { $0 == 0 ? name : "\(name):\($0)" }
    }
    let node = try ONNXNode(proto, version: version)
    guard let convert = ONNXOperators.conversion(for: node) else {
      throw call.node.unsupported(
        "the operator \(type) inside of it",
        advice: "export the model without it"
      )
    }
    try ONNXOperators.checkAttributes(of: node)
    let part = ONNXCall(node: node, operands: operands, limit: conversion.remaining)
    let results = try convert(part, &conversion)
    guard results.count >= outputs else {
      throw node.malformed(expected: "\(outputs) results", found: "\(results.count)")
    }
    return results
  }
}

extension ONNXAttributeProto {
  static func integer(_ name: String, _ value: Int) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 2
      proto.intValue = Int64(value)
    }
  }

  static func integers(_ name: String, _ values: [Int]) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 7
      proto.intValues = values.map { Int64($0) }
    }
  }

  static func number(_ name: String, _ value: Float) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 1
      proto.floatValue = value
    }
  }

  static func text(_ name: String, _ value: String) -> ONNXAttributeProto {
    .with { proto in
      proto.name = name
      proto.type = 3
      proto.stringValue = Data(value.utf8)
    }
  }
}
