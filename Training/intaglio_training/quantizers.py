"""Learned-step quantizers: weights per output channel, activations per tensor with zero points.

Codes are round(clamp(x / s + z, lowest, highest)), half to even; the value of a code q is
(q - z) s.
Gradients pass straight through the rounding (learned step size quantization, LSQ).
"""

import math

import torch
from torch import nn


def code_range(bits, signed):
    """Lowest and highest code of `bits` bits."""
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)


def _codes(x, step, zero, lowest, highest):
    return torch.round(torch.clamp(x / step + zero, lowest, highest))


def _quantize(x, step, zero, lowest, highest):
    return (_codes(x, step, zero, lowest, highest) - zero) * step


def _quantize_backward(grad, x, step, zero, lowest, highest):
    """Gradients of `_quantize` for x, step and zero point, straight through the rounding."""
    scaled = x / step
    place = scaled + zero
    inside = ((place >= lowest) & (place <= highest)).to(grad.dtype)
    code = torch.round(torch.clamp(place, lowest, highest))
    grad_x = grad * inside
    grad_step = (grad * (code - zero - scaled * inside)).sum_to_size(step.shape)
    grad_zero = ((grad_x - grad) * step).sum_to_size(zero.shape)
    return grad_x, grad_step, grad_zero


class Kernels:
    """The two functions above: as they are, or compiled (several times faster)."""

    forward = staticmethod(_quantize)
    backward = staticmethod(_quantize_backward)

    @classmethod
    def compile(cls):
        """Needs a C++ compiler. Results may differ in the last bit from the uncompiled ones."""
        torch._dynamo.config.cache_size_limit = 64
        cls.forward = staticmethod(torch.compile(_quantize, dynamic=True))
        cls.backward = staticmethod(torch.compile(_quantize_backward, dynamic=True))


class _Quantize(torch.autograd.Function):
    """x, step s and zero point z (broadcastable to x) to (round(clamp(x / s + z)) - z) s."""

    @staticmethod
    def forward(ctx, x, step, zero, lowest, highest):
        ctx.save_for_backward(x, step, zero)
        ctx.range = float(lowest), float(highest)
        return Kernels.forward(x, step, zero, *ctx.range)

    @staticmethod
    def backward(ctx, grad):
        return *Kernels.backward(grad.contiguous(), *ctx.saved_tensors, *ctx.range), None, None


class ActivationQuantizer(nn.Module):
    """One scale for the tensor, one zero point per channel (or head).

    `axis` counts from the end. The scale is the mean of `alpha`, whose elements stay equal.
    `sample`: how many elements of each channel calibrate, spread over the batch, with scales tried
    up to the whole range; without it the first 20,000, with scales tried near the deviation.
    """

    sample = None

    def __init__(self, bits, channels, signed=True, axis=-1):
        super().__init__()
        self.range = code_range(bits, signed)
        self.axis = axis
        self.alpha = nn.Parameter(torch.ones(channels))
        self.zero_point = nn.Parameter(torch.zeros(channels))
        self.register_buffer("signed", torch.tensor([float(signed)]))
        self.register_buffer("init_state", torch.zeros(1))
        self.enabled = False

    def forward(self, x):
        if not self.enabled:
            return x
        if not self.init_state:
            self.calibrate(x.detach())
        lowest, highest = self.range
        step = self.alpha.mean().view(1)
        if not self.training:
            return _quantize(x, step, self.zeros(), lowest, highest)
        zero = (torch.round(self.zero_point) - self.zero_point).detach() + self.zero_point
        # Two layouts serve all tensors: [rows, channels] and [batch, channels, elements].
        shape = x.shape
        if self.axis == -1:
            x = x.reshape(-1, shape[-1])
        else:
            x = x.reshape(shape[0], shape[1], -1)
            zero = zero.view(-1, 1)
        return _Quantize.apply(x.contiguous(), step, zero, lowest, highest).view(shape)

    def zeros(self):
        """The zero points on integers, along `axis`."""
        return torch.round(self.zero_point).view(-1, *[1] * (-self.axis - 1))

    @torch.no_grad()
    def codes(self, x):
        """The codes of x in the evaluated model."""
        return _codes(x, self.alpha.mean().view(1), self.zeros(), *self.range)

    @torch.no_grad()
    def calibrate(self, x):
        """Chooses scale and zero points with the least squared error on one batch."""
        lowest, highest = self.range
        channels = x.movedim(self.axis, 0).flatten(1)
        if self.sample:
            channels = channels[:, :: max(channels.shape[1] // self.sample, 1)]
        channels = channels[:, :20000]
        spread = (channels - channels.mean(1, keepdim=True)).square().mean().sqrt().item()
        low = channels.quantile(0.005, dim=1)
        middle = channels.mean(1)
        unit = spread * 6 / (highest - lowest)
        fractions = torch.linspace(0.15, 1.6, 30)
        if self.sample:
            width = channels.amax(1) - channels.amin(1)
            whole = max(width.max().item() / (highest - lowest) / unit, 1.6)
            fractions = torch.logspace(math.log10(0.15), math.log10(whole), 40)
        best = float("inf")
        for fraction in fractions:
            step = fraction.item() * unit
            for zero in (
                torch.zeros_like(middle),
                (0.5 * (lowest + highest) - middle / step).round(),
                (lowest - low / step).round(),
            ):
                place = torch.clamp(channels / step + zero[:, None], lowest, highest)
                error = ((place.round() - zero[:, None]) * step - channels).square().mean().item()
                if error < best:
                    best = error
                    self.alpha.fill_(step)
                    self.zero_point.copy_(zero)
        self.floor = 0.1 * self.alpha[0].item()
        self.init_state.fill_(1)


class QuantizedWeight:
    """Mixin of the layers with a quantized weight: `alpha` holds one scale per output channel."""

    def prepare(self, weights, activations, in_channels):
        """`weights`, `activations`: bits of the weight and of the input."""
        self.range = code_range(weights, signed=True)
        self.alpha = nn.Parameter(torch.ones(self.weight.shape[0]))
        self.register_buffer("init_state", torch.zeros(1))
        axis = -3 if self.weight.dim() == 4 else -1
        self.act = ActivationQuantizer(activations or weights, in_channels, axis=axis)
        self.enabled = False

    def quantized_weight(self):
        if not self.enabled:
            return self.weight
        if not self.init_state:
            self.calibrate()
        step = self.alpha.view(-1, *[1] * (self.weight.dim() - 1))
        lowest, highest = self.range
        if not self.training:
            return _quantize(self.weight, step, 0, lowest, highest)
        return _Quantize.apply(self.weight, step, torch.zeros_like(step), lowest, highest)

    @torch.no_grad()
    def on_codes(self):
        """The weight that stands for its codes: code · alpha[c], in the weight's precision."""
        step = self.alpha.view(-1, *[1] * (self.weight.dim() - 1))
        return _quantize(self.weight, step, 0, *self.range)

    @torch.no_grad()
    def calibrate(self):
        """Chooses each channel's scale with the least squared error."""
        lowest, highest = self.range
        rows = self.weight.flatten(1)
        peak = rows.abs().amax(1, keepdim=True).clamp_min(1e-4)
        best = torch.full_like(peak, float("inf"))
        for fraction in torch.linspace(0.2, 1.2, 50):
            step = peak * fraction / -lowest
            error = torch.round(torch.clamp(rows / step, lowest, highest)) * step - rows
            error = error.square().sum(1, keepdim=True)
            better = error < best
            best = torch.where(better, error, best)
            self.alpha.copy_(torch.where(better, step, self.alpha[:, None])[:, 0])
        self.floor = 0.1 * self.alpha.detach().clone()
        self.init_state.fill_(1)


class QuantizedLinear(nn.Linear, QuantizedWeight):
    """Quantized input times quantized weight, plus a real bias."""

    def __init__(self, inputs, outputs, weights, activations=None, bias=True):
        super().__init__(inputs, outputs, bias)
        self.widths = weights, activations
        self.prepare(weights, activations, inputs)

    def remade(self, weight, bias):
        """A layer of the same widths of codes with other parameters, not yet calibrated."""
        made = QuantizedLinear(weight.shape[1], weight.shape[0], *self.widths, bias is not None)
        made.weight = nn.Parameter(weight.detach().clone())
        made.bias = None if bias is None else nn.Parameter(bias.detach().clone())
        return made

    def forward(self, x):
        return nn.functional.linear(self.act(x), self.quantized_weight(), self.bias)


class QuantizedWindows(nn.Conv2d, QuantizedWeight):
    """A convolution whose stride is its kernel: [batch, width, rows, columns]."""

    def __init__(self, channels, width, patch, weights, activations=None, bias=True):
        super().__init__(channels, width, patch, patch, bias=bias)
        self.prepare(weights, activations, channels)

    def forward(self, x):
        return nn.functional.conv2d(self.act(x), self.quantized_weight(), self.bias, self.stride)


def enable_quantization(model):
    """Turns the quantizers on; each initialises itself on the next batch."""
    for module in model.modules():
        if hasattr(module, "init_state"):
            module.enabled = True


@torch.no_grad()
def keep_scales_positive(model):
    """No scale may fall below a tenth of its initial value."""
    for module in model.modules():
        if hasattr(module, "floor"):
            floor = torch.as_tensor(module.floor, dtype=module.alpha.dtype)
            module.alpha.copy_(torch.maximum(module.alpha, floor))


@torch.no_grad()
def even_out_scales(model):
    """Makes the elements of each activation's `alpha` equal to the bit, so that their mean is the
    same number in whatever precision and order it is computed."""
    for module in model.modules():
        if isinstance(module, ActivationQuantizer):
            module.alpha.fill_(module.alpha.mean().item())
