"""timm's Vision Transformers with quantizers in the forms that Intaglio moves exactly."""

import copy

import torch
from timm.models.vision_transformer import Attention, Block, VisionTransformer
from torch import nn

from .layers import ClippedGELU, QuantizedAttention
from .quantizers import (
    ActivationQuantizer,
    QuantizedLinear,
    QuantizedWindows,
    enable_quantization,
)
from .equalization import equalize

OUTER_BITS = 8


class UnsupportedModel(ValueError):
    """A part of the model that a checkpoint cannot say."""


def quantize_model(model, weights=3, activations=3, outer=OUTER_BITS):
    """A copy of `model`, a plain ViT or DeiT of timm, with learned-step quantizers, switched off.

    `weights`, `activations`: bits in the blocks, 2 to 8. `outer`: bits of the first and the last
    layer. Weights have a scale per output channel; activations one scale per tensor and a zero
    point per channel, in attention per head. Raises UnsupportedModel, naming the part."""
    for bits in (weights, activations, outer):
        if not 2 <= bits <= 8:
            raise ValueError(f"codes have 2 to 8 bits, not {bits}")
    require_plain(model)
    model = copy.deepcopy(model)
    model.patch_embed.proj = _windows(model.patch_embed.proj, outer)
    for block in model.blocks:
        block.attn = _attention(block.attn, weights, activations)
        block.mlp.fc1 = _linear(block.mlp.fc1, weights, activations)
        block.mlp.act = ClippedGELU()
        block.mlp.fc2 = _linear(block.mlp.fc2, weights, activations)
    model.head = _linear(model.head, outer, outer)
    model.widths = {"weights": weights, "activations": activations, "outer": outer}
    return model


@torch.no_grad()
def start_quantization(model, images, sample=1000):
    """Rewrites the float model (`equalize`) and switches the quantizers on;
    scales and zero points start at the least squared error on `images`, of which each quantizer
    looks at `sample` elements of every channel."""
    equalize(model, images)
    for module in model.modules():
        if isinstance(module, ActivationQuantizer):
            module.sample = sample
    enable_quantization(model)
    model.eval()(images)


def require_plain(model):
    """Raises UnsupportedModel for what is no plain ViT or DeiT with a class token."""
    if not isinstance(model, VisionTransformer):
        raise UnsupportedModel(f"a VisionTransformer of timm is needed, not {type(model).__name__}")
    _require(model.cls_token is not None and model.num_prefix_tokens == 1, "one class token, alone")
    _require(model.pos_embed is not None, "a position embedding")
    _require(
        model.global_pool == "token" and getattr(model, "attn_pool", None) is None,
        f'logits of the class token (global_pool "token", not "{model.global_pool}")',
    )
    _require(isinstance(model.head, nn.Linear), "a linear head")
    _require_norm(model.norm, "norm")
    _require_norm(model.fc_norm, "fc_norm")
    _require_norm(model.norm_pre, "norm_pre")
    _require(isinstance(model.patch_embed.norm, nn.Identity), "no norm in patch_embed")
    for number, block in enumerate(model.blocks):
        _require_plain_block(block, f"blocks.{number}")
    head_norms = [getattr(block.attn, "q_norm", nn.Identity()) for block in model.blocks]
    _require(len({isinstance(norm, nn.LayerNorm) for norm in head_norms}) == 1, "blocks alike")
    epsilon(model)


def epsilon(model):
    """ε of the LayerNorms over the width, the same in all. Raises UnsupportedModel otherwise."""
    norms = [model.norm, model.fc_norm, model.norm_pre]
    norms += [norm for block in model.blocks for norm in (block.norm1, block.norm2)]
    values = {norm.eps for norm in norms if isinstance(norm, nn.LayerNorm)}
    _require(len(values) == 1, f"one ε for all LayerNorms, not {sorted(values)}")
    return values.pop()


def head_epsilon(model):
    """ε of the LayerNorms on queries and keys of a quantized model; None where there are none."""
    norms = [norm for b in model.blocks for norm in (b.attn.norm_q, b.attn.norm_k)]
    values = {norm.eps for norm in norms if isinstance(norm, nn.LayerNorm)}
    _require(len(values) <= 1, f"one ε for all norms of queries and keys, not {sorted(values)}")
    return values.pop() if values else None


def _require_plain_block(block, name):
    _require(type(block) is Block and type(block.attn) is Attention, f"plain attention in {name}")
    attention, mlp = block.attn, block.mlp
    _require_norm(block.norm1, f"{name}.norm1")
    _require_norm(block.norm2, f"{name}.norm2")
    _require_norm(attention.q_norm, f"{name}.attn.q_norm")
    _require_norm(attention.k_norm, f"{name}.attn.k_norm")
    for place, part in (("attn", attention), ("mlp", mlp)):
        norm = getattr(part, "norm", nn.Identity())
        _require(isinstance(norm, nn.Identity), f"no {name}.{place}.norm")
    _require(getattr(attention, "gate", None) is None, f"no {name}.attn.gate")
    exact = isinstance(mlp.act, nn.GELU) and getattr(mlp.act, "approximate", "none") == "none"
    _require(exact, f"exact GELU in {name}.mlp, not {mlp.act}")
    drops = [attention.attn_drop.p, attention.proj_drop.p, mlp.drop1.p, mlp.drop2.p]
    _require(not any(drops), f"no dropout in {name}")


def _require_norm(norm, name):
    _require(isinstance(norm, (nn.LayerNorm, nn.Identity)), f"LayerNorm as {name}, not {norm}")
    affine = isinstance(norm, nn.Identity) or (norm.weight is not None and norm.bias is not None)
    _require(affine, f"weight and bias in {name}")


def _require(holds, what):
    if not holds:
        raise UnsupportedModel(f"the checkpoint can only say a model with {what}")


def _linear(layer, weights, activations):
    bias = layer.bias is not None
    made = QuantizedLinear(layer.in_features, layer.out_features, weights, activations, bias)
    return _taking_over(layer, made)


def _windows(layer, bits):
    _require(
        layer.stride == layer.kernel_size and layer.padding == (0, 0) and layer.groups == 1,
        "patches that do not overlap",
    )
    bias = layer.bias is not None
    channels, width, patch = layer.in_channels, layer.out_channels, layer.kernel_size
    return _taking_over(layer, QuantizedWindows(channels, width, patch, bits, bits, bias))


def _taking_over(layer, made):
    made.weight, made.bias = layer.weight, layer.bias
    return made


def _attention(layer, weights, activations):
    width, heads = layer.qkv.in_features, layer.num_heads
    _require(layer.qkv.out_features == 3 * width, "heads that share the width")
    made = QuantizedAttention(width, heads, weights, activations)
    made.qkv = _linear(layer.qkv, weights, activations)
    made.norm_q, made.norm_k = layer.q_norm, layer.k_norm
    made.proj = _linear(layer.proj, weights, activations)
    return made
