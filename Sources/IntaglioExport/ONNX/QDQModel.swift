import FoundationEssentials
public import IntaglioData
public import IntaglioGraph
import SwiftProtobuf

/// A graph with quantizers as a standard ONNX file, which other runtimes run.
///
/// Quantizers become `QuantizeLinear` and `DequantizeLinear` (QDQ). Codes of less than 8 bits are 8-bit
/// ones limited by `Clip` behind the rounding (QCDQ), and 4-bit weights are of type int4, so any runtime
/// of operator set 21 makes the same codes wherever it makes the same reals; all reals are float32.
/// Nodes and initializers keep the graph's names, one name once. Equal graphs give equal bytes.
public struct QDQModel: Sendable {
  /// The operator set of the file: the first with 4-bit integers.
  public static let operatorSet = 21
  /// The version of the container that goes with it.
  private static let containerVersion = 10
  public static let producer = "Intaglio"

  /// How quantizers are written.
  public enum Form: Sendable, Hashable {
    /// `QuantizeLinear` and `DequantizeLinear`.
    case qdq
    /// `Quant` of QONNX, which is both, for tools that know no other form.
    case qonnx
  }

  let proto: ONNXModelProto

  /// - Parameters:
  ///   - graph: a float graph with quantizers, as it is before reordering.
  ///   - description: name, preprocessing and class names become the file's metadata.
  ///   - form: how quantizers are written.
  ///   - version: that of this program, for the file's producer.
  /// - Throws: `ExportError.noONNXForm`, naming the node, for what the standard cannot say: a
  ///   requantization, say, or a width between 9 and 15 bits.
  public init(
    graph: Graph,
    description: ModelDescription,
    form: Form = .qdq,
    version: String = ""
  ) throws(ExportError) {
    var proto = ONNXModelProto()
    proto.irVersion = Int64(Self.containerVersion)
    proto.producerName = Self.producer
    if !version.isEmpty { proto.producerVersion = version }
    proto.operatorSets = [.with { $0.version = Int64(Self.operatorSet) }]
    if form == .qonnx {
      proto.operatorSets.append(
        .with { set in
          set.domain = QDQWriter.quantDomain
          set.version = 1
        }
      )
    }
    proto.graph = try QDQWriter(graph, name: description.name, form: form).proto
    proto.metadata = QDQMetadata(description).entries
    self.proto = proto
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
