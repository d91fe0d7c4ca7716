import IntaglioData
import IntaglioGraph
import IntaglioNumerics

/// Turns a record and its tensors back into a graph, which checks every node as it grows.
///
/// Operands may only be earlier nodes, so there is no cycle to find.
struct ProgramReader {
  private(set) var graph = Graph()
  var sizes = PackedSizes()
  let file: SafetensorsFile
  /// What each record became; equal records become one node.
  private var values: [Value] = []
  /// The position of the record that is being read.
  var position: Int { values.count }

  /// - Throws: `ExportError`, naming the node.
  init(_ program: ProgramRecord, tensors file: SafetensorsFile) throws(ExportError) {
    self.file = file
    var inputs: Set<String> = []
    for record in program.nodes {
      let operation = try operation(of: record)
      if case .input(let name, _) = operation, !inputs.insert(name).inserted {
        throw malformed(record, expected: "every input once", found: "'\(name)' twice")
      }
      let operands = try (record.of ?? []).map { index throws(ExportError) in
        try value(index, "an operand of \(place(record))")
      }
      do {
        values.append(try graph.append(Node(operation, operands), name: record.name))
      } catch {
        throw .graph(file: file.path, error)
      }
    }
    for output in program.outputs {
      graph.addOutput(output.name, try value(output.of, "output '\(output.name)'"))
    }
    for bound in program.bounds ?? [] {
      graph.setBound(
        ErrorBound(law: bound.law, maximum: bound.maximum, relative: bound.relative),
        of: try value(bound.of, "a bound")
      )
    }
  }

  private func value(_ index: Int, _ what: String) throws(ExportError) -> Value {
    guard values.indices.contains(index) else {
      throw .malformed(
        file: file.path,
        place: what,
        expected: "an earlier node, below \(values.count)",
        found: "\(index)"
      )
    }
    return values[index]
  }

  // Attributes

  private mutating func operation(of record: NodeRecord) throws(ExportError) -> Operation {
    if let kind = Function.Kind(rawValue: record.op) {
      return .function(try function(kind, record))
    }
    guard let code = OperationCode(rawValue: record.op) else {
      throw malformed(record, expected: "an operation that this version knows", found: record.op)
    }
    switch code {
    case .input:
      return .input(name: try require(record.input, "input", record), try type(of: record))
    case .constant: return .constant(try constant(record))
    case .reshape: return .layout(.reshape(try require(record.shape, "shape", record)))
    case .broadcast: return .layout(.broadcast(try require(record.shape, "shape", record)))
    case .transpose:
      return .layout(.transpose(try require(record.permutation, "permutation", record)))
    case .slice: return .layout(try slice(record))
    case .concat: return .concat(axis: try require(record.axis, "axis", record))
    case .sum: return .sum(axis: try require(record.axis, "axis", record))
    case .mean: return .mean(axis: try require(record.axis, "axis", record))
    case .convolution: return .convolution(try convolution(record))
    case .matmul: return .matmul
    case .add: return .add
    case .subtract: return .subtract
    case .multiply: return .multiply
    case .divide: return .divide
    case .softmax: return .softmax
    case .rowExponential: return .rowExponential
    case .layerNorm: return .layerNorm(epsilon: try require(record.epsilon, "epsilon", record))
    case .rmsNorm: return .rmsNorm(epsilon: try require(record.epsilon, "epsilon", record))
    case .quantize: return .quantize(try quantizer(record))
    case .dequantize: return .dequantize(try dequantizer(record))
    case .requantize: return .requantize(try requantizer(record))
    case .thresholds: return .integer(.thresholds(try steps(record)))
    case .lookup: return .integer(.lookup(try lookup(record)))
    case .scaledSum: return .integer(.scaledSum(try stream(record)))
    case .norm: return .integer(.norm(try norm(record)))
    case .integerSoftmax: return .integer(.softmax(try softmax(record)))
    case .rowThresholds: return .integer(.rowThresholds(try rowThresholds(record)))
    case .quotient: return .integer(.quotient(Quotient(try requantizer(record))))
    }
  }
}
