"""Rewritings of a float model before it is quantized: outlier channel splitting (arXiv 1901.09504)
for hidden units beyond the clip, cross-layer equalization (arXiv 1906.04721) behind norms."""

import math

import torch

from .layers import GELU_LIMIT, ClippedGELU


@torch.no_grad()
def equalize(model, images):
    """Rewrites a model of `quantize_model` whose quantizers are still off, by what it computes on
    `images`: large hidden values are split, channels behind norms evened out."""
    split_large_units(model, images)
    equalize_channels(model, images)


def split_large_units(model, images):
    """A hidden unit whose GELU goes beyond the clip becomes several that share its value.

    With parts u, u − 10, u − 20, …, the sum of clip(GELU(part)) is GELU(u) up to 0.17, and that
    only near multiples of 10. Plain ViTs have few such units, and cannot do without them."""
    clips = [module for module in model.modules() if isinstance(module, ClippedGELU)]
    for clip in clips:
        clip.limit = math.inf
    inputs = observed(model, images, [block.mlp.act for block in model.blocks])
    for clip in clips:
        clip.limit = GELU_LIMIT
    for block, values in zip(model.blocks, inputs, strict=True):
        peaks = 1.25 * values.flatten(0, -2).amax(0)
        parts = torch.ceil(peaks / GELU_LIMIT).clamp_min(1).to(torch.long)
        if (parts > 1).any():
            _split(block.mlp, parts)


def equalize_channels(model, images):
    """Moves a factor per channel from the norms of a block into the layers that read them, half of
    the way from even inputs to even weights: one scale then fits all channels of an input."""
    pairs = [
        pair
        for block in model.blocks
        for pair in ((block.norm1, block.attn.qkv), (block.norm2, block.mlp.fc1))
    ]
    inputs = observed(model, images, [layer for _, layer in pairs])
    for (norm, layer), values in zip(pairs, inputs, strict=True):
        values = values.flatten(0, -2)
        deviation = (values.amax(0) - values.amin(0)).clamp_min(1e-4)
        weight = layer.weight.abs().amax(0).clamp_min(1e-4)
        factor = (deviation / weight).sqrt()
        factor /= factor.log().mean().exp()
        norm.weight /= factor
        norm.bias /= factor
        layer.weight *= factor


def observed(model, images, modules):
    """What each of the modules reads when the model sees the images."""
    inputs = [None] * len(modules)
    hooks = [
        module.register_forward_hook(
            lambda module, read, output, place=place: inputs.__setitem__(place, read[0])
        )
        for place, module in enumerate(modules)
    ]
    try:
        model.eval()(images)
    finally:
        for hook in hooks:
            hook.remove()
    return inputs


def _split(mlp, parts):
    """Repeats unit h `parts[h]` times, 10 lower in each; both layers keep their widths of codes."""
    first, second = mlp.fc1, mlp.fc2
    steps = torch.cat([torch.arange(count) for count in parts.tolist()]).to(first.weight)
    bias = first.bias if first.bias is not None else first.weight.new_zeros(len(parts))
    mlp.fc1 = first.remade(
        first.weight.repeat_interleave(parts, 0), bias.repeat_interleave(parts) - GELU_LIMIT * steps
    )
    mlp.fc2 = second.remade(second.weight.repeat_interleave(parts, 1), second.bias)
