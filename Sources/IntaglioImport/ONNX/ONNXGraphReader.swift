import IntaglioData
import IntaglioGraph

/// Converts the graph of an ONNX model, node by node in dependency order.
struct ONNXGraphReader {
  /// The versions of the default operator set whose meaning is known here.
  static let versions = 7...26

  private let proto: ONNXGraphProto
  private let data: ONNXExternalData
  private let extents: ONNXInputType.Extents
  private let nodes: [ONNXNode]

  /// - Throws: `ONNXFault` when the model has no graph or its operator sets are not known.
  init(
    _ model: ONNXModelProto,
    data: ONNXExternalData,
    extents: ONNXInputType.Extents
  ) throws(ONNXFault) {
    guard model.hasGraph else {
      throw .malformed(place: nil, expected: "a model with a graph", found: "none")
    }
    let versions = try Self.versions(model)
    let functions = try ONNXFunctions(model.functions)
    self.proto = model.graph
    self.data = data
    self.extents = extents
    nodes = try functions.inlined(model.graph.nodes, versions: versions)
  }

  private static func versions(_ model: ONNXModelProto) throws(ONNXFault) -> [String: Int] {
    var versions: [String: Int] = [:]
    for set in model.operatorSets {
      versions[ONNXNode.canonicalDomain(set.domain)] = Int(set.version)
    }
    guard let version = versions["ai.onnx"] else {
      throw .malformed(
        place: nil,
        expected: "the version of the default operator set",
        found: "none"
      )
    }
    guard Self.versions.contains(version) else {
      throw .unsupported(
        place: nil,
        feature: "operator set \(version)",
        advice: "export with opset \(Self.versions.lowerBound) to \(Self.versions.upperBound)"
      )
    }
    return versions
  }

  /// The graph with everything that its outputs depend on.
  ///
  /// - Returns: the graph, and what the caller should know of it.
  func graph() throws(ONNXFault) -> (Graph, notes: [String]) {
    guard !proto.outputs.isEmpty else {
      throw .malformed(place: nil, expected: "a graph with outputs", found: "none")
    }
    let order = try ONNXNodeOrder(nodes, outputs: proto.outputs.map(\.name))
    try checkOperators(order.nodes)
    guard proto.sparse.isEmpty else {
      throw .unsupported(
        place: nil,
        feature: "a sparse initializer",
        advice: "export the model with dense weights"
      )
    }
    var conversion = ONNXConversion(data, limit: foldingLimit)
    for tensor in proto.initializers { try conversion.declare(tensor) }
    try addInputs(to: &conversion)
    for index in order.nodes { try convert(nodes[index], in: &conversion) }
    try addOutputs(to: &conversion)
    let graph: Graph
    do { graph = try conversion.graph.withoutDeadNodes() } catch { throw .graph(error) }
    try checkRounding(in: graph)
    return (graph, conversion.notes)
  }

  /// - Throws: `unsupported` where a rounding is left that is no quantizer.
  private func checkRounding(in graph: Graph) throws(ONNXFault) {
    let open = graph.values.first { value in
      if case .quantize(let quantizer) = graph[value].operation {
        quantizer.type == RoundRecognition.open
      } else {
        false
      }
    }
    guard let open else { return }
    throw .unsupported(
      place: "node \(graph.label(of: open)) (Round)",
      feature: "a number to round that depends on the model's input, without limits on both sides",
      advice:
        "limit it by Clip to numbers that are codes, or export fake quantization as QuantizeLinear and "
        + "DequantizeLinear"
    )
  }

  /// How many elements may be computed from constants and dimensions: four for each that the file brings
  /// along, and eight million anyway.
  private var foldingLimit: Int {
    let own = proto.initializers.reduce(data.byteCount(of: proto.initializers)) { total, tensor in
      total + tensor.rawData.count + tensor.floatData.count + tensor.int32Data.count
        + tensor.int64Data.count + tensor.doubleData.count + tensor.uint64Data.count
    }
    return max(1 << 23, own.multipliedReportingOverflow(by: 4).overflow ? .max : own * 4)
  }

  /// - Throws: all unknown operators at once.
  private func checkOperators(_ order: [Int]) throws(ONNXFault) {
    let unknown = order.map { nodes[$0] }.filter { ONNXOperators.conversion(for: $0) == nil }
    guard unknown.isEmpty else {
      throw .unknownOperators(
        unknown.map { .init(node: $0.name, name: $0.type, domain: $0.domain) }
      )
    }
  }

  /// Old files list initializers among the inputs too; those are constants.
  private func addInputs(to conversion: inout ONNXConversion) throws(ONNXFault) {
    var seen: Set<String> = []
    for input in proto.inputs where !conversion.isInitializer(input.name) {
      guard !input.name.isEmpty, seen.insert(input.name).inserted else {
        throw .malformed(
          place: "input \(input.name)",
          expected: "a name of its own",
          found: input.name.isEmpty ? "none" : "a second input of this name"
        )
      }
      let type = try ONNXInputType(input, extents).type
      try conversion.addInput(input.name, type)
    }
  }

  private func addOutputs(to conversion: inout ONNXConversion) throws(ONNXFault) {
    var seen: Set<String> = []
    for output in proto.outputs {
      guard let operand = try conversion.resolve(output.name),
        seen.insert(output.name).inserted
      else {
        throw .malformed(
          place: "output \(output.name)",
          expected: "a value of this name, once",
          found: seen.contains(output.name) ? "two outputs" : "none"
        )
      }
      try checkDeclaration(output, conversion.shape(of: operand))
      try conversion.addOutput(output.name, operand)
    }
  }

  /// Compares the dimensions that an output is declared with to those that follow from the nodes.
  ///
  /// Named, unnamed and negative dimensions are unknown. Where the batch of an input is dynamic, the first
  /// extent is that of some batch or other.
  private func checkDeclaration(_ output: ONNXValueProto, _ found: [Int]) throws(ONNXFault) {
    guard output.type.hasTensor, output.type.tensor.hasShape else { return }
    let declared = output.type.tensor.shape.extents
    let isAnyBatch = proto.inputs.contains { input in
      input.type.tensor.shape.extents.first.map { $0.known == nil } ?? false
    }
    let isRight =
      declared.count == found.count
      && zip(declared, found).enumerated().allSatisfy { axis, pair in
        let (extent, found) = pair
        return extent.known.map { $0 == found || (axis == 0 && isAnyBatch) } ?? true
      }
    guard !isRight else { return }
    let names = declared.map { extent in extent.known.map { "\($0)" } ?? "?" }
    throw .malformed(
      place: "output \(output.name)",
      expected: "[\(names.joined(separator: ", "))], as the file declares it",
      found: "\(found) by its nodes; export the model again, or remove the declared shape"
    )
  }

  private func convert(
    _ node: ONNXNode,
    in conversion: inout ONNXConversion
  ) throws(ONNXFault) {
    guard let convert = ONNXOperators.conversion(for: node) else { return }
    var operands: [ONNXOperand?] = []
    for name in node.inputs {
      guard !name.isEmpty else {
        operands.append(nil)
        continue
      }
      guard let operand = try conversion.resolve(name) else {
        throw node.malformed(expected: "a value named \(name)", found: "none")
      }
      operands.append(operand)
    }
    try ONNXOperators.checkAttributes(of: node)
    let call = ONNXCall(node: node, operands: operands, limit: conversion.remaining)
    let results =
      call.isKnown && !QuantizationOperators.table.keys.contains(node.type)
      ? try conversion.folded(call, convert) : try convert(call, &conversion)
    if node.type != "Constant" && node.type != "Identity" {
      try conversion.charge(results, to: node)
    }
    for (index, name) in node.outputs.enumerated() where !name.isEmpty {
      guard index < results.count else {
        throw node.unsupported("output number \(index + 1)", advice: "leave it out")
      }
      conversion.bind(name, to: results[index])
    }
  }
}

extension ONNXExtentProto {
  /// `nil` where it is a name, absent or negative.
  fileprivate var known: Int? {
    if case .value(let value)? = extent, value >= 0 { Int(value) } else { nil }
  }
}
