"""A small vision transformer with Q-ViT's quantizers: LayerNorm on queries and keys, the first
and the last layer at 8 bits, MLP = fc1, exact GELU, clip to +-10, fc2."""

import torch
from torch import nn

from intaglio_training.layers import ClippedGELU, QuantizedAttention
from intaglio_training.quantizers import QuantizedLinear, QuantizedWindows

NORM_EPS = 1e-6
QK_NORM_EPS = 1e-5


class Mlp(nn.Module):
    def __init__(self, width, hidden, bits):
        super().__init__()
        self.fc1 = QuantizedLinear(width, hidden, bits)
        self.act = ClippedGELU()
        self.fc2 = QuantizedLinear(hidden, width, bits)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads, mlp_ratio, bits):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=NORM_EPS)
        self.attn = QuantizedAttention(
            width, heads, bits, head_norm=lambda d: nn.LayerNorm(d, eps=QK_NORM_EPS)
        )
        self.norm2 = nn.LayerNorm(width, eps=NORM_EPS)
        self.mlp = Mlp(width, mlp_ratio * width, bits)

    def forward(self, x, queries):
        x = x[:, :queries] + self.attn(self.norm1(x), queries)
        return x + self.mlp(self.norm2(x))


class PatchEmbedding(nn.Module):
    def __init__(self, channels, width, patch):
        super().__init__()
        self.proj = QuantizedWindows(channels, width, patch, weights=8)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class SurfaceViT(nn.Module):
    """[batch, 1, 64, 64] normalised grey levels to [batch, classes] logits."""

    config = dict(
        img_size=64, patch_size=8, in_chans=1, num_classes=6, embed_dim=128, depth=4,
        num_heads=4, mlp_ratio=4, qkv_bias=True, distilled=False,
    )

    def __init__(self, bits):
        super().__init__()
        c = self.config
        width = c["embed_dim"]
        tokens = (c["img_size"] // c["patch_size"]) ** 2 + 1
        self.patch_embed = PatchEmbedding(c["in_chans"], width, c["patch_size"])
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, tokens, width))
        self.blocks = nn.ModuleList(
            Block(width, c["num_heads"], c["mlp_ratio"], bits) for _ in range(c["depth"])
        )
        self.norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.head = QuantizedLinear(width, c["num_classes"], weights=8)
        self.patch_head = nn.Linear(width, c["num_classes"])  # for training only
        self.apply(_initialise)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        nn.init.trunc_normal_(self.cls_token, std=0.02)

    def forward(self, x, with_patches=False):
        """The logits; with `with_patches` also those of each patch before the last block."""
        x = self.patch_embed(x)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1) + self.pos_embed
        tokens = x.shape[1]
        for block in self.blocks[:-1]:
            x = block(x, tokens)
        patches = x[:, 1:]
        # Only the class token leaves the last block, so only it is computed there.
        x = self.blocks[-1](x, 1)
        logits = self.head(self.norm(x)[:, 0])
        if not with_patches:
            return logits
        return logits, self.patch_head(nn.functional.layer_norm(patches, patches.shape[-1:]))


def _initialise(module):
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
