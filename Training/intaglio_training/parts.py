"""What the nodes of a graph hold: numbers that are trained, and numbers that stay what they are."""

import numpy as np
import torch
from torch import nn

from .packed import code_range
from .straight_through import codes_of


class Weight(nn.Module):
    """A constant of codes with its scales: `places` are reals whose nearest integers are the codes,
    `gain` the logarithm of what the scales grew by."""

    def __init__(self, codes, scale, element, trained):
        super().__init__()
        self.range = code_range(element)
        self.places = nn.Parameter(torch.tensor(codes, dtype=torch.float32), trained)
        self.gain = nn.Parameter(torch.zeros(scale.shape), trained)
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32), persistent=False)

    def forward(self):
        codes = codes_of(self.places, None, None, *self.range)
        return codes * self.scales()

    def scales(self):
        return self.scale * self.gain.exp()

    @torch.no_grad()
    def codes(self):
        return self.places.clamp(*self.range).round()


class Step(nn.Module):
    """The scale of a quantizer: `gain` is the logarithm of what it grew by."""

    def __init__(self, scale):
        super().__init__()
        self.gain = nn.Parameter(torch.zeros(scale.shape))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32), persistent=False)

    def forward(self):
        return self.scale * self.gain.exp()


class Shift(nn.Module):
    """A real constant; `move` is what was added to it, in units of its root mean square."""

    def __init__(self, value):
        super().__init__()
        value = torch.tensor(value, dtype=torch.float32)
        self.move = nn.Parameter(torch.zeros(value.shape))
        self.unit = value.square().mean().sqrt().item() or 1.0
        self.register_buffer("value", value, persistent=False)

    def forward(self):
        return self.value + self.move * self.unit


def nothing():
    return None


class Fixed(nn.Module):
    """Numbers that stay what they are."""

    def __init__(self, value):
        super().__init__()
        value = torch.tensor(np.asarray(value), dtype=torch.float32)
        self.register_buffer("value", value, persistent=False)

    def forward(self):
        return self.value
