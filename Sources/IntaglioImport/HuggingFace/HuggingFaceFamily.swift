import IntaglioGraph

/// The families of models of Hugging Face's `transformers` that are read, and what a configuration of each
/// says where it says nothing.
enum HuggingFaceFamily: String, Sendable, CaseIterable {
  case vit, deit, dinov2
  case dinov2WithRegisters = "dinov2_with_registers"
  case siglip, clip, beit, swin

  /// What `model_type` calls it, the whole model first.
  var modelTypes: [String] {
    switch self {
    case .siglip: ["siglip", "siglip_vision_model"]
    case .clip: ["clip", "clip_vision_model"]
    case .vit, .deit, .dinov2, .dinov2WithRegisters, .beit, .swin: [rawValue]
    }
  }

  /// LayerNorm's ε where it is not stated.
  var epsilon: Double {
    switch self {
    case .vit, .deit, .beit: 1e-12
    case .dinov2, .dinov2WithRegisters, .siglip: 1e-6
    case .clip, .swin: 1e-5
    }
  }

  /// The MLP's activation where it is not stated.
  var activation: Activation {
    switch self {
    case .vit, .deit, .dinov2, .dinov2WithRegisters, .beit, .swin: .gelu
    case .siglip: .function(.geluTanh)
    case .clip: .quickGELU
    }
  }

  /// Heads where they are not stated; `nil` where they differ from stage to stage.
  var heads: Int? { self == .swin ? nil : 12 }

  /// Height and width of an image where they are not stated.
  var imageSize: Int { 224 }

  /// What may stand in front of the names of its tensors.
  var prefixes: [String] {
    switch self {
    case .siglip, .clip: ["vision_model.", ""]
    case .vit, .deit, .dinov2, .dinov2WithRegisters, .beit, .swin: ["\(rawValue).", ""]
    }
  }

  /// The layer that cuts an image into patches, behind the prefix.
  var patches: String {
    switch self {
    case .siglip, .clip: "embeddings.patch_embedding"
    case .vit, .deit, .dinov2, .dinov2WithRegisters, .beit, .swin:
      "embeddings.patch_embeddings.projection"
    }
  }

  /// The first parts of names of tensors that the image's part of the model does not have.
  var foreign: [String] {
    switch self {
    case .siglip: ["text_model.", "logit_scale", "logit_bias"]
    case .clip: ["text_model.", "logit_scale", "text_projection."]
    case .vit, .deit, .dinov2, .dinov2WithRegisters, .beit, .swin: []
    }
  }
}

/// A class of Hugging Face's models, as `architectures` names it: a family, and what it ends in.
struct HuggingFaceClass: Sendable, Equatable {
  let name: String
  let family: HuggingFaceFamily
  let ending: Ending

  enum Ending: Sendable, Equatable {
    /// `classifier`.
    case classifier
    /// `cls_classifier` and `distillation_classifier`.
    case twoClassifiers
    /// What the model itself pools.
    case features
    /// `visual_projection`.
    case projection
  }

  static func named(_ name: String) -> HuggingFaceClass? { all.first { $0.name == name } }

  /// Every class that is read.
  static let all: [HuggingFaceClass] = [
    .init("ViTForImageClassification", .vit, .classifier),
    .init("ViTModel", .vit, .features),
    .init("DeiTForImageClassification", .deit, .classifier),
    .init("DeiTForImageClassificationWithTeacher", .deit, .twoClassifiers),
    .init("DeiTModel", .deit, .features),
    .init("Dinov2ForImageClassification", .dinov2, .classifier),
    .init("Dinov2Model", .dinov2, .features),
    .init("Dinov2WithRegistersForImageClassification", .dinov2WithRegisters, .classifier),
    .init("Dinov2WithRegistersModel", .dinov2WithRegisters, .features),
    .init("SiglipForImageClassification", .siglip, .classifier),
    .init("SiglipVisionModel", .siglip, .features),
    .init("SiglipModel", .siglip, .features),
    .init("CLIPForImageClassification", .clip, .classifier),
    .init("CLIPVisionModel", .clip, .features),
    .init("CLIPVisionModelWithProjection", .clip, .projection),
    .init("CLIPModel", .clip, .projection),
    .init("BeitForImageClassification", .beit, .classifier),
    .init("BeitModel", .beit, .features),
    .init("SwinForImageClassification", .swin, .classifier),
    .init("SwinModel", .swin, .features),
  ]

  private init(_ name: String, _ family: HuggingFaceFamily, _ ending: Ending) {
    (self.name, self.family, self.ending) = (name, family, ending)
  }
}
