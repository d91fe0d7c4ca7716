import IntaglioData
import SwiftProtobuf

/// An ONNX model as a file.
enum ONNXModelFile {
  /// Writes the file, whole or not at all.
  ///
  /// - Returns: how many bytes it takes.
  static func write(_ model: ONNXModelProto, to path: String) throws(ExportError) -> Int {
    guard let bytes: [UInt8] = try? model.serializedBytes() else {
      throw .data(
        .unwritable(file: path, reason: "the model is larger than an ONNX file may be (2 GiB)")
      )
    }
    do {
      try AtomicFile.write(bytes: bytes, to: path)
    } catch {
      throw .data(error)
    }
    return bytes.count
  }
}
