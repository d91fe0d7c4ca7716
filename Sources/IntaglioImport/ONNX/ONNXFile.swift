package import IntaglioData
public import IntaglioGraph
import SwiftProtobuf

/// An ONNX model: float, or quantized in any dialect (QDQ, QCDQ, QONNX, QOperator, elementary steps).
///
/// The default operator set must have version 7 to 26. A first axis of dynamic extent counts as the
/// batch and gets extent 1; every other extent must be fixed, in the file, by `dimensions`, or for an
/// image by the configuration.
public struct ONNXFile: Sendable {
  /// The graph under the model's own node names.
  public let graph: Graph
  /// What the caller should know of how the model was read, a sentence each.
  public let notes: [String]
  /// The model's metadata properties.
  public let metadata: [String: String]

  /// Reads the model at `path` and the data files that it names beside it.
  ///
  /// `dimensions` gives dimensions for dynamic axes, by the parameter that the file names.
  /// - Throws: `ImportError`, naming the node or tensor.
  public init(path: String, dimensions: [String: Int] = [:]) throws(ImportError) {
    let model = try Self.model(path)
    try self.init(model, path: path, dimensions: dimensions, image: nil)
  }

  /// Converts what `model(path)` has parsed.
  ///
  /// `image` gives the dimensions of dynamic axes of an image.
  init(
    _ model: ONNXModelProto,
    path: String,
    dimensions: [String: Int] = [:],
    image: ImageExtents?
  ) throws(ImportError) {
    try self.init(
      model,
      file: path,
      data: ONNXExternalData(model: path),
      dimensions: dimensions,
      image: image
    )
  }

  /// Converts a parsed model, which messages call `file` and whose data files lie in `folder`.
  ///
  /// - Throws: `ImportError`, naming the node or tensor.
  package init(
    _ model: ONNXModelProto,
    file: String,
    folder: String,
    dimensions: [String: Int] = [:]
  ) throws(ImportError) {
    let data = ONNXExternalData(folder: folder)
    try self.init(model, file: file, data: data, dimensions: dimensions, image: nil)
  }

  private init(
    _ model: ONNXModelProto,
    file: String,
    data: ONNXExternalData,
    dimensions: [String: Int],
    image: ImageExtents?
  ) throws(ImportError) {
    do throws(ONNXFault) {
      let extents = ONNXInputType.Extents(dimensions: dimensions, image: image)
      let reader = try ONNXGraphReader(model, data: data, extents: extents)
      (graph, notes) = try reader.graph()
    } catch {
      throw error.inFile(file)
    }
    metadata = Self.metadata(of: model)
  }

  static func metadata(of model: ONNXModelProto) -> [String: String] {
    Dictionary(model.metadata.map { ($0.key, $0.value) }) { first, _ in first }
  }

  /// Parses the model at `path`.
  static func model(_ path: String) throws(ImportError) -> ONNXModelProto {
    let bytes: [UInt8]
    do {
      let file = try MappedFile(path: path)
      bytes = MappedBytes(file: file, range: 0..<file.count).copy()
    } catch {
      throw .unreadable(file: path, reason: "\(error)")
    }
    return try model(bytes, path: path)
  }

  /// Parses the bytes of a model, which messages call `path`.
  static func model(_ bytes: [UInt8], path: String) throws(ImportError) -> ONNXModelProto {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    do {
      return try ONNXModelProto(serializedBytes: bytes, partial: true, options: options)
    } catch {
      throw .malformed(
        file: path,
        place: nil,
        expected: "an ONNX model",
        found: "\(bytes.count) bytes that are cut short or of another format"
      )
    }
  }
}
