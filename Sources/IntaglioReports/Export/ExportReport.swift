public import Intaglio
import IntaglioReport

/// What was written for other tools.
public struct ExportReport: Report {
  public let output: String
  public let format: ExportFormat
  public let bytes: Int
  /// How many nodes an ONNX file has.
  public let nodes: Int?
  /// What the tables of a C file take, and its buffers.
  public let tableBytes: Int?
  public let bufferBytes: Int?

  public init(_ model: ModelExport, output: String, bytes: Int) {
    (self.output, self.bytes) = (output, bytes)
    (format, nodes) = (model.format, model.nodeCount)
    (tableBytes, bufferBytes) = (model.memory?.tables, model.memory?.buffers)
  }

  public var text: String {
    let what =
      switch format {
      case .integer: "the integer program in ONNX"
      case .qdq: "the quantized graph in ONNX (QDQ)"
      case .qonnx: "the quantized graph in QONNX"
      case .c: "the integer program in C"
      }
    var size = nodes.map { ", \($0) nodes" } ?? ""
    if let tableBytes, let bufferBytes {
      size +=
        "; weights and tables take \(Format.bytes(tableBytes)), buffers \(Format.bytes(bufferBytes))"
    }
    return "Wrote \(output.printable()): \(what), \(Format.bytes(bytes))\(size)."
  }
}
