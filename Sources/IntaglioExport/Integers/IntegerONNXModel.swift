public import IntaglioData
public import IntaglioRewrite
import SwiftProtobuf

/// A program of nothing but integers as a standard ONNX file, whose codes any exact runtime makes.
///
/// Products are `MatMulInteger` and `ConvInteger`, everything between them int64 arithmetic: tables by
/// `Gather`, comparisons, sums, products and divisions without remainder. Only the quantization of the
/// input and the reading of the last accumulators are real, in float64. Values keep the program's names.
public struct IntegerONNXModel: Sendable {
  /// The operator set of the file.
  public static let operatorSet = 21
  private static let containerVersion = 10

  let proto: ONNXModelProto

  /// - Parameters:
  ///   - program: the program.
  ///   - description: name, preprocessing and class names become the file's metadata.
  ///   - version: that of this program, for the file's producer.
  /// - Throws: `ExportError.noONNXForm` or `.noExactForm`, naming the node.
  public init(
    program: IntegerOnlyGraph,
    description: ModelDescription,
    version: String = ""
  ) throws(ExportError) {
    var graph = try IntegerONNXWriter(program, name: description.name).build.proto
    let read = Set(graph.nodes.flatMap(\.inputs) + graph.outputs.map(\.name))
    graph.initializers.removeAll { !read.contains($0.name) }
    let used = graph
    proto = .with { model in
      model.irVersion = Int64(Self.containerVersion)
      model.producerName = QDQModel.producer
      if !version.isEmpty { model.producerVersion = version }
      model.operatorSets = [.with { $0.version = Int64(Self.operatorSet) }]
      model.graph = used
      model.metadata = QDQMetadata(description).entries
    }
  }

  /// How many nodes there are.
  public var nodeCount: Int { proto.graph.nodes.count }

  /// Writes the file, whole or not at all.
  ///
  /// - Returns: how many bytes it takes.
  /// - Throws: `ExportError.data` when the system refuses, or the file would be larger than the
  ///   container allows (2 GiB).
  @discardableResult
  public func write(to path: String) throws(ExportError) -> Int {
    try ONNXModelFile.write(proto, to: path)
  }
}
