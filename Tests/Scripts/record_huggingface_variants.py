"""Records the answers of small vision models, computed by Hugging Face's transformers in float64.

    pip install torch transformers safetensors   # recorded with torch 2.15.0, transformers 5.24.0
    python record_huggingface_variants.py ../Golden/IntaglioImport/huggingface-variants.json

Weights and image are no one's training: element i of the tensor NAME is the top byte of the i-th number of
SplitMix64 with the seed CRC32(NAME), as a signed number over 256. Tests make them again. Names of tensors are
those that `save_pretrained` writes.
"""
import json
import os
import sys
import tempfile

import safetensors
import safetensors.torch
import torch
import transformers

from record_timm_variants import numbers

SMALL = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24)
VISION = dict(SMALL, image_size=8, patch_size=4)
TEXT = dict(SMALL, vocab_size=20, max_position_embeddings=8, bos_token_id=1, eos_token_id=2, pad_token_id=0)
SWIN = dict(image_size=16, patch_size=2, embed_dim=8, depths=[2, 2], num_heads=[1, 2], window_size=4)
LABELS = dict(num_labels=5)

# Class, family, settings beside the small ones, and the size of its image where it is not the stated one.
VARIANTS = {
    "ViT": ("ViTForImageClassification", "ViT", LABELS),
    "ViT without a head": ("ViTModel", "ViT", {}),
    "ViT without biases of queries, keys and values": ("ViTForImageClassification", "ViT", LABELS | dict(qkv_bias=False)),
    "ViT with another activation and epsilon": (
        "ViTForImageClassification", "ViT", LABELS | dict(hidden_act="gelu_new", layer_norm_eps=0.01)),
    "DeiT": ("DeiTForImageClassification", "DeiT", LABELS),
    "DeiT with a teacher": ("DeiTForImageClassificationWithTeacher", "DeiT", LABELS),
    "ViT on larger images": ("ViTForImageClassification", "ViT", LABELS, 20),
    "DeiT on smaller images": ("DeiTModel", "DeiT", dict(image_size=20), 12),
    "DINOv2": ("Dinov2ForImageClassification", "Dinov2", LABELS | dict(mlp_ratio=2)),
    "DINOv2 with a gated MLP": ("Dinov2Model", "Dinov2", dict(use_swiglu_ffn=True)),
    "DINOv2 with registers": (
        "Dinov2WithRegistersForImageClassification", "Dinov2WithRegisters", LABELS | dict(num_register_tokens=3)),
    "DINOv2 on larger images": ("Dinov2Model", "Dinov2", {}, 20),
    "DINOv2 with registers on smaller images": ("Dinov2WithRegistersModel", "Dinov2WithRegisters", dict(image_size=20), 12),
    "SigLIP": ("SiglipForImageClassification", "Siglip", LABELS),
    "SigLIP for images": ("SiglipVisionModel", "Siglip", {}),
    "SigLIP as a whole": ("SiglipModel", "Siglip", {}),
    "CLIP": ("CLIPForImageClassification", "CLIP", LABELS),
    "CLIP for images": ("CLIPVisionModel", "CLIP", dict(hidden_act="gelu", layer_norm_eps=0.001)),
    "CLIP with projection": ("CLIPVisionModelWithProjection", "CLIP", dict(projection_dim=6)),
    "CLIP as a whole": ("CLIPModel", "CLIP", dict(projection_dim=6)),
    "BEiT": ("BeitForImageClassification", "Beit", LABELS | dict(use_relative_position_bias=True)),
    "BEiT with shared and absolute positions": (
        "BeitModel", "Beit", dict(use_shared_relative_position_bias=True, use_absolute_position_embeddings=True)),
    "BEiT with a class token": (
        "BeitForImageClassification", "Beit", LABELS | dict(use_relative_position_bias=True, use_mean_pooling=False)),
    "Swin": ("SwinForImageClassification", "Swin", LABELS),
    "Swin without a head": ("SwinModel", "Swin", {}),
}  # fmt: skip


def configuration(name, family, settings):
    made = getattr(transformers, family + "Config")
    if family == "Swin":
        return made(**(SWIN | settings))
    if family in ("Siglip", "CLIP"):
        if "Vision" in name:
            return getattr(transformers, family + "VisionConfig")(**(VISION | settings))
        return made(vision_config=VISION, text_config=TEXT, **settings)
    small = {key: value for key, value in VISION.items() if family[:6] != "Dinov2" or key != "intermediate_size"}
    return made(**(small | settings))


def answer(model, image):
    name = type(model).__name__
    if name in ("CLIPModel", "SiglipModel"):
        found = model.get_image_features(image)
        return getattr(found, "pooler_output", found)
    size = getattr(model.config, "image_size", None)
    # DINOv2 resamples unasked.
    asks = size not in (None, image.shape[-1]) and name[:3] in ("ViT", "Dei")
    result = model(image, interpolate_pos_encoding=True) if asks else model(image)
    for part in ("logits", "image_embeds", "pooler_output"):
        if getattr(result, part, None) is not None:
            return getattr(result, part)


def record(name, family, settings, size=None):
    made = getattr(transformers, name)
    with tempfile.TemporaryDirectory() as folder:
        made(configuration(name, family, settings)).save_pretrained(folder)
        path = os.path.join(folder, "model.safetensors")
        with safetensors.safe_open(path, "pt") as file:
            shapes = {key: list(file.get_slice(key).get_shape()) for key in file.keys()}
        tensors = {
            key: numbers(key, torch.Size(shape).numel()).reshape(shape).float() for key, shape in shapes.items()
        }
        safetensors.torch.save_file(tensors, path, metadata={"format": "pt"})
        model = made.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
        with open(os.path.join(folder, "config.json")) as file:
            config = json.load(file)
    size = size or config.get("vision_config", config)["image_size"]
    image = numbers("image", 3 * size * size).reshape(1, 3, size, size)
    with torch.no_grad():
        logits = answer(model, image)[0]
    return {"image": [1, 3, size, size], "config": config, "tensors": shapes, "logits": logits.tolist()}


if __name__ == "__main__":
    variants = {name: record(*parts) for name, parts in VARIANTS.items()}
    origin = (
        f"Tests/Scripts/record_huggingface_variants.py, transformers {transformers.__version__}, "
        f"torch {torch.__version__}"
    )
    with open(sys.argv[1], "w") as file:
        lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in variants.items()]
        file.write(f'{{"origin": {json.dumps(origin)}, "variants": {{\n')
        file.write(",\n".join(lines) + "\n}}\n")
