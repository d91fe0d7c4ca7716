import IntaglioData

/// The ways of writing a model down that Intaglio reads.
///
/// A new dialect is a case here, a line in each `switch` below and in `ModelFile.read`, and a file
/// of its own.
public enum ModelFormat: String, Sendable, CaseIterable, Codable {
  /// A program that Intaglio saved itself. `PackedModel` of `IntaglioExport` reads it.
  case packed = "intaglio"
  /// A Q-ViT checkpoint: weights with learned scales, activations with scales and zero points.
  case qvit = "q-vit"
  /// A float ViT or DeiT with timm's tensor names.
  case timm = "timm"
  case onnx = "onnx"

  /// What the format is called in messages.
  public var title: String {
    switch self {
    case .packed: "packed Intaglio model"
    case .qvit: "Q-ViT checkpoint (safetensors)"
    case .timm: "ViT/DeiT checkpoint with timm names (safetensors)"
    case .onnx: "ONNX model"
    }
  }

  /// Whether a file holds this format, judged by its content alone.
  func recognizes(_ content: ModelFile.Content) -> Bool {
    switch (self, content) {
    case (.packed, .safetensors(let tensors)): tensors.metadata[PackedFormat.versionKey] != nil
    case (.qvit, .safetensors(let tensors)): QViTCheckpoint.recognizes(tensors)
    case (.timm, .safetensors(let tensors)): TimmCheckpoint.recognizes(tensors)
    case (.onnx, .other(_, let start)): ModelFile.startsLikeProtobuf(start)
    case (.packed, .other), (.qvit, .other), (.timm, .other), (.onnx, .safetensors): false
    }
  }
}
