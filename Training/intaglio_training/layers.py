"""Layers of a Vision Transformer in which quantizers stand: attention, function of the MLP."""

from torch import nn

from .quantizers import ActivationQuantizer, QuantizedLinear

GELU_LIMIT = 10.0


class QuantizedAttention(nn.Module):
    """softmax(q·kᵀ / √d)·v per head, every operand of a product on codes.

    `weights`, `activations`: bits. `head_norm`: makes the LayerNorm over the width of a head that
    queries and keys pass through; without it they have none.
    """

    def __init__(self, width, heads, weights, activations=None, bias=True, head_norm=None):
        super().__init__()
        activations = activations or weights
        self.heads = heads
        self.qkv = QuantizedLinear(width, 3 * width, weights, activations, bias)
        self.norm_q = head_norm(width // heads) if head_norm else nn.Identity()
        self.norm_k = head_norm(width // heads) if head_norm else nn.Identity()
        self.q_act = ActivationQuantizer(activations, heads, axis=-3)
        self.k_act = ActivationQuantizer(activations, heads, axis=-3)
        self.v_act = ActivationQuantizer(activations, heads, axis=-3)
        self.attn_act = ActivationQuantizer(activations, heads, signed=False, axis=-3)
        self.proj = QuantizedLinear(width, width, weights, activations)

    def forward(self, x, queries=None, **unused):
        """`queries`: how many tokens, from the first on, need an answer; all unless given."""
        batch, tokens, width = x.shape
        queries = queries or tokens
        split = self.qkv(x).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q = self.q_act(self.norm_q(split[0][:, :, :queries]))
        k = self.k_act(self.norm_k(split[1]))
        v = self.v_act(split[2])
        scores = q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5
        mixed = self.attn_act(scores.softmax(-1)) @ v
        return self.proj(mixed.transpose(1, 2).reshape(batch, queries, width))


class ClippedGELU(nn.Module):
    """Exact GELU, then a clip to ±10 as Q-ViT has it."""

    limit = GELU_LIMIT

    def forward(self, x):
        return nn.functional.gelu(x).clamp(-self.limit, self.limit)
