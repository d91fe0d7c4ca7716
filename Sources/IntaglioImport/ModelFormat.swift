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
  /// A float ViT, DeiT, BEiT or Swin with timm's tensor names.
  case timm = "timm"
  /// A float model of Hugging Face's `transformers`, with its `config.json`.
  case huggingFace = "transformers"
  case onnx = "onnx"

  /// What the format is called in messages.
  public var title: String {
    switch self {
    case .packed: "packed Intaglio model"
    case .qvit: "Q-ViT checkpoint (safetensors, PyTorch)"
    case .timm: "ViT, DeiT, BEiT or Swin with timm names (safetensors, PyTorch)"
    case .huggingFace: "model folder of Hugging Face (safetensors, PyTorch)"
    case .onnx: "ONNX model"
    }
  }

  /// Whether a file holds this format, judged by its content alone.
  func recognizes(_ content: ModelFile.Content) -> Bool {
    switch self {
    case .packed: content.safetensors?.metadata[PackedFormat.versionKey] != nil
    case .qvit: content.tensors.map { QViTCheckpoint.recognizes($0) } ?? false
    case .timm:
      content.tensors.map { TimmCheckpoint.recognizes($0) || SwinCheckpoint.recognizes($0) }
        ?? false
    case .huggingFace: content.tensors.map { HuggingFaceCheckpoint.recognizes($0) } ?? false
    case .onnx: content.start.map(ModelFile.startsLikeProtobuf) ?? false
    }
  }
}
