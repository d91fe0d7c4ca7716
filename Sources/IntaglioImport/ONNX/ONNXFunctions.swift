import IntaglioData
import SwiftProtobuf

/// The operators that a file defines itself: every node that calls one becomes the nodes of its body.
struct ONNXFunctions {
  /// How many nodes a file may have once all calls are replaced.
  static let largestCount = 1 << 18
  /// How deep a call may stand in bodies of others.
  static let deepest = 32

  private struct Key: Hashable {
    let domain: String
    let name: String
    let overload: String
  }

  private var functions: [Key: ONNXFunctionProto] = [:]

  /// - Throws: `malformed` for two functions of one name.
  init(_ protos: [ONNXFunctionProto]) throws(ONNXFault) {
    for proto in protos {
      let key = Key(
        domain: ONNXNode.canonicalDomain(proto.domain),
        name: proto.name,
        overload: proto.overload
      )
      guard functions.updateValue(proto, forKey: key) == nil else {
        throw .malformed(
          place: "function \(proto.name) of \(key.domain)",
          expected: "a name of its own",
          found: "a second function of this name"
        )
      }
    }
  }

  var isEmpty: Bool { functions.isEmpty }

  /// `nodes` with every call replaced; `versions` are those of the operator sets outside of functions.
  ///
  /// - Throws: `malformed` for bodies that call themselves, or that become too many nodes.
  func inlined(
    _ nodes: [ONNXNodeProto],
    versions: [String: Int]
  ) throws(ONNXFault) -> [ONNXNode] {
    var result = Inlined()
    for node in nodes { try append(node, versions, depth: 0, to: &result) }
    return result.nodes
  }

  private struct Inlined {
    var nodes: [ONNXNode] = []
    var calls = 0
  }

  private func append(
    _ node: ONNXNodeProto,
    _ versions: [String: Int],
    depth: Int,
    to result: inout Inlined
  ) throws(ONNXFault) {
    let domain = ONNXNode.canonicalDomain(node.domain)
    let key = Key(domain: domain, name: node.operatorType, overload: node.overload)
    guard let function = functions[key] else {
      guard result.nodes.count < Self.largestCount || functions.isEmpty else {
        throw fault(node, "at most \(Self.largestCount) nodes in all", "more")
      }
      result.nodes.append(try ONNXNode(node, version: versions[domain] ?? 1))
      return
    }
    guard depth < Self.deepest else {
      throw fault(
        node,
        "functions at most \(Self.deepest) deep, none of which calls itself",
        "more"
      )
    }
    result.calls += 1
    guard result.calls < Self.largestCount else {
      throw fault(node, "at most \(Self.largestCount) calls in all", "more")
    }
    let body = try Body(function, call: node, number: result.calls)
    let own = body.versions(versions)
    for inner in body.nodes { try append(inner, own, depth: depth + 1, to: &result) }
  }

  private func fault(_ node: ONNXNodeProto, _ expected: String, _ found: String) -> ONNXFault {
    .malformed(
      place: "node \(node.name) (\(node.operatorType))",
      expected: expected,
      found: found
    )
  }

  /// The body of a function with the names and attributes of one call.
  private struct Body {
    private(set) var nodes: [ONNXNodeProto] = []
    private let function: ONNXFunctionProto

    init(
      _ function: ONNXFunctionProto,
      call: ONNXNodeProto,
      number: Int
    ) throws(ONNXFault) {
      self.function = function
      let place = "node \(call.name) (\(call.operatorType))"
      guard call.inputs.count <= function.inputs.count,
        call.outputs.count <= function.outputs.count
      else {
        throw .malformed(
          place: place,
          expected: "\(function.inputs.count) inputs and \(function.outputs.count) outputs at most",
          found: "\(call.inputs.count) and \(call.outputs.count)"
        )
      }
      let name = call.name.isEmpty ? call.outputs.first ?? "" : call.name
      var names: [String: String] = ["": ""]
      for (index, input) in function.inputs.enumerated() {
        names[input] = index < call.inputs.count ? call.inputs[index] : ""
      }
      var passed: [ONNXNodeProto] = []
      for (index, output) in function.outputs.enumerated() where index < call.outputs.count {
        guard let known = names[output] else {
          names[output] = call.outputs[index]
          continue
        }
        // An input, or what is another output already, goes through.
        passed.append(
          .with { proto in
            proto.operatorType = "Identity"
            proto.inputs = [known]
            proto.outputs = [call.outputs[index]]
          }
        )
      }
      let attributes = try Self.attributes(function, call, place)
      for inner in function.nodes {
        if let taken = inner.outputs.first(where: { !$0.isEmpty && function.inputs.contains($0) }) {
          throw .malformed(
            place: place,
            expected: "outputs with names of their own inside of \(function.name)",
            found: "\(taken), which is an input"
          )
        }
        var node = inner
        node.name = inner.name.isEmpty ? "" : "\(name)/\(inner.name)"
        node.inputs = inner.inputs.map { names[$0] ?? "\(name)#\(number)/\($0)" }
        node.outputs = inner.outputs.map { names[$0] ?? "\(name)#\(number)/\($0)" }
        node.attributes = inner.attributes.compactMap { attribute in
          guard attribute.hasReference, !attribute.reference.isEmpty else { return attribute }
          var value = attributes[attribute.reference]
          value?.name = attribute.name
          return value
        }
        nodes.append(node)
      }
      nodes += passed
    }

    /// What the call gives, and defaults for what it leaves out.
    private static func attributes(
      _ function: ONNXFunctionProto,
      _ call: ONNXNodeProto,
      _ place: String
    ) throws(ONNXFault) -> [String: ONNXAttributeProto] {
      var result: [String: ONNXAttributeProto] = [:]
      for attribute in function.defaults + call.attributes { result[attribute.name] = attribute }
      let known = Set(function.attributes + function.defaults.map(\.name))
      if let missing = function.attributes.first(where: { result[$0] == nil }) {
        throw .malformed(place: place, expected: "the attribute \(missing)", found: "none")
      }
      if let other = result.keys.sorted().first(where: { !known.contains($0) }) {
        throw .unsupported(
          place: place,
          feature: "the attribute \(other)",
          advice: "the function that the file defines has none of this name: leave it out"
        )
      }
      return result
    }

    /// The versions of the operator sets that the body is written in.
    func versions(_ outer: [String: Int]) -> [String: Int] {
      var result = outer
      for set in function.operatorSets {
        result[ONNXNode.canonicalDomain(set.domain)] = Int(set.version)
      }
      return result
    }
  }
}
