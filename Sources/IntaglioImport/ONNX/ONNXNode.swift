import Foundation
import IntaglioData

/// A node of an ONNX graph with typed access to its attributes.
struct ONNXNode {
  /// The operator's name, such as `MatMul`.
  let type: String
  /// `ai.onnx` for the standard operators.
  let domain: String
  /// The author's name for the node, or for its first output where the node has none.
  let name: String
  /// Names of values; empty for an optional input that is left out.
  let inputs: [String]
  /// Names of values; empty for an optional output that nobody wants.
  let outputs: [String]
  /// The version of the operator set of `domain` that the model asks for.
  let version: Int
  private let attributes: [String: ONNXAttributeProto]

  /// - Throws: `malformed` when an attribute stands twice.
  init(_ proto: ONNXNodeProto, version: Int) throws(ONNXFault) {
    type = proto.operatorType
    domain = Self.canonicalDomain(proto.domain)
    inputs = proto.inputs
    outputs = proto.outputs
    name = proto.name.isEmpty ? proto.outputs.first(where: { !$0.isEmpty }) ?? "" : proto.name
    self.version = version
    var attributes: [String: ONNXAttributeProto] = [:]
    for attribute in proto.attributes {
      guard attributes.updateValue(attribute, forKey: attribute.name) == nil else {
        throw .malformed(
          place: "node \(proto.name)",
          expected: "every attribute once",
          found: "\(attribute.name) twice"
        )
      }
    }
    self.attributes = attributes
  }

  /// The default domain has two spellings.
  static func canonicalDomain(_ domain: String) -> String { domain.isEmpty ? "ai.onnx" : domain }

  var place: String { "node \(name) (\(type))" }

  func malformed(expected: String, found: String) -> ONNXFault {
    .malformed(place: place, expected: expected, found: found)
  }

  func unsupported(_ feature: String, advice: String) -> ONNXFault {
    .unsupported(place: place, feature: feature, advice: advice)
  }
}

extension ONNXNode {
  func has(_ attribute: String) -> Bool { attributes[attribute] != nil }

  /// The attributes of these names that the node has, in this order.
  func protos(_ names: [String]) -> [ONNXAttributeProto] { names.compactMap { attributes[$0] } }

  /// In alphabetical order.
  var attributeNames: [String] { attributes.keys.sorted() }

  /// - Throws: `malformed` when the attribute holds something else.
  func int(_ name: String) throws(ONNXFault) -> Int? {
    try attribute(name, type: 2, hasValue: \.hasIntValue, "an integer").map { Int($0.intValue) }
  }

  func ints(_ name: String) throws(ONNXFault) -> [Int]? {
    try attribute(name, type: 7, hasValue: { $0.type == 7 || !$0.intValues.isEmpty }, "integers")
      .map { $0.intValues.map { Int($0) } }
  }

  func float(_ name: String) throws(ONNXFault) -> Float? {
    try attribute(name, type: 1, hasValue: \.hasFloatValue, "a float").map(\.floatValue)
  }

  func floats(_ name: String) throws(ONNXFault) -> [Float]? {
    try attribute(name, type: 6, hasValue: { $0.type == 6 || !$0.floatValues.isEmpty }, "floats")
      .map(\.floatValues)
  }

  func string(_ name: String) throws(ONNXFault) -> String? {
    try attribute(name, type: 3, hasValue: \.hasStringValue, "a string")
      .map { String(decoding: $0.stringValue, as: UTF8.self) }
  }

  func tensor(_ name: String) throws(ONNXFault) -> ONNXTensorProto? {
    try attribute(name, type: 4, hasValue: \.hasTensorValue, "a tensor").map(\.tensorValue)
  }

  /// The attribute `name`, checked to be of `type`; old files leave the type out.
  private func attribute(
    _ name: String,
    type: Int32,
    hasValue: (ONNXAttributeProto) -> Bool,
    _ expected: String
  ) throws(ONNXFault) -> ONNXAttributeProto? {
    guard let attribute = attributes[name] else { return nil }
    // A value of zero may be left out by writers that follow proto3.
    guard attribute.type == type || (attribute.type == 0 && hasValue(attribute)) else {
      throw malformed(
        expected: "\(expected) in attribute \(name)",
        found: "an attribute of type \(attribute.type)"
      )
    }
    return attribute
  }
}
