"""Records the logits of small Vision Transformers, computed by timm in float64.

    pip install torch timm            # recorded with torch 2.15.0, timm 1.0.31
    python record_timm_variants.py ../Golden/IntaglioImport/timm-variants.json

Weights and image are no one's training: element i of the tensor NAME is the top byte of the i-th
number of SplitMix64 with the seed CRC32(NAME), as a signed number over 256. Tests make them again.
"""
import json
import sys
import zlib

import timm
import torch
from timm.layers import set_fused_attn
from timm.models.deit import VisionTransformerDistilled
from timm.layers import SwiGLUPacked
from timm.models.beit import Beit
from timm.models.swin_transformer import SwinTransformer
from timm.models.vision_transformer import ResPostBlock, VisionTransformer

MASK = (1 << 64) - 1


def numbers(name, count):
    state, result = zlib.crc32(name.encode()), []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        top = (z ^ (z >> 31)) >> 56
        result.append((top - 256 if top > 127 else top) / 256)
    return torch.tensor(result, dtype=torch.float64)


BASE = dict(img_size=8, patch_size=4, in_chans=3, num_classes=5, embed_dim=16, depth=2, num_heads=2,
            mlp_ratio=3.0)
VARIANTS = {
    "class token": {},
    "average of the patch tokens": dict(global_pool="avg"),
    "average without a class token": dict(global_pool="avg", class_token=False),
    "average under the first norm": dict(global_pool="avg", fc_norm=False),
    "distillation token": dict(distilled=True),
    "no bias of queries, keys and values": dict(qkv_bias=False),
    "norm before the blocks": dict(pre_norm=True),
    "layer scale": dict(init_values=0.1),
    "norms on queries and keys": dict(qk_norm=True),
    "registers outside the positions": dict(reg_tokens=3, no_embed_class=True),
    "one channel, wide patches": dict(in_chans=1, img_size=(8, 12), patch_size=(2, 4)),
    "tanh form of GELU": dict(act_layer="gelu_tanh"),
    "quick GELU": dict(act_layer="quick_gelu"),
    "norms behind the sublayers": dict(block_fn=ResPostBlock, class_token=False, global_pool="avg", qkv_bias=False),
    "pooling by attention": dict(global_pool="map", class_token=False),
    "pooling by attention over registers too": dict(global_pool="map", reg_tokens=2, pool_include_prefix=True),
    "gated MLP": dict(mlp_layer=SwiGLUPacked, act_layer="silu"),
    "no head": dict(num_classes=0),
    "registers with positions": dict(reg_tokens=3),
    # Tensors of one size of image, answers of another.
    "positions of smaller images": dict(resized=(12, 12)),
    "positions of larger images, registers without": dict(
        img_size=20, reg_tokens=3, no_embed_class=True, resized=(8, 12)),
}
# Of other classes, with their own settings.
OTHERS = {
    "relative positions": (Beit, dict(init_values=0.1, use_rel_pos_bias=True, use_abs_pos_emb=False)),
    "shared relative positions": (Beit, dict(use_shared_rel_pos_bias=True, use_abs_pos_emb=True, global_pool="token")),
    "shifted windows": (SwinTransformer, dict(img_size=16, patch_size=2, embed_dim=8, depths=(2, 2),
                                              num_heads=(1, 2), window_size=4, mlp_ratio=2.0)),
}


def record(options, kind=None):
    options = dict(options)
    distilled, resized = options.pop("distilled", False), options.pop("resized", None)
    if kind is SwinTransformer:
        model = kind(num_classes=5, **options)
    elif kind is Beit:
        model = kind(qkv_bias=True, **BASE | options)
    else:
        model = (VisionTransformerDistilled if distilled else VisionTransformer)(**BASE | options)
    model = model.double().eval()
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            tensor.copy_(numbers(name, tensor.numel()).reshape(tensor.shape))
        shapes = {name: list(tensor.shape) for name, tensor in model.named_parameters()}
        if resized:
            model.set_input_size(resized)
        size = model.patch_embed.img_size
        shape = [1, model.patch_embed.proj.in_channels, *size]
        image = numbers("image", torch.Size(shape).numel()).reshape(shape)
        logits = model(image)[0]
    return {
        "image": shape,
        "tensors": shapes,
        "logits": logits.tolist(),
    }


if __name__ == "__main__":
    set_fused_attn(False)
    variants = {name: record(options) for name, options in VARIANTS.items()}
    variants |= {name: record(options, kind) for name, (kind, options) in OTHERS.items()}
    origin = f"Tests/Scripts/record_timm_variants.py, timm {timm.__version__}, torch {torch.__version__}"
    with open(sys.argv[1], "w") as file:
        lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in variants.items()]
        file.write(f'{{"origin": {json.dumps(origin)}, "variants": {{\n')
        file.write(",\n".join(lines) + "\n}}\n")
