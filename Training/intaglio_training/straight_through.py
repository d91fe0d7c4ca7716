"""Rounding and tables through which gradients pass straight (arXiv 1308.3432, 1902.08153)."""

import numpy as np
import torch


class _Codes(torch.autograd.Function):
    """clamp(round(x / s) + z), or clamp(round(x / s + z)); s and z None are 1 and 0."""

    @staticmethod
    def forward(ctx, x, step, zero, lowest, highest, before):
        ctx.save_for_backward(x, step, zero)
        ctx.range = lowest, highest
        place = x / step if step is not None else x.clone()
        if zero is None:
            return place.round_().clamp_(lowest, highest)
        if before:
            return place.add_(zero).round_().clamp_(lowest, highest)
        return place.round_().add_(zero).clamp_(lowest, highest)

    @staticmethod
    def backward(ctx, grad):
        x, step, zero = ctx.saved_tensors
        lowest, highest = ctx.range
        place = x / step if step is not None else x
        shifted = place + zero if zero is not None else place
        inside = (shifted > lowest - 0.5) & (shifted < highest + 0.5)
        grad = grad * inside
        grad_step = None
        if step is not None:
            grad = grad / step
            if ctx.needs_input_grad[1]:
                grad_step = -(grad * place).sum_to_size(step.shape)
        return grad, grad_step, None, None, None, None


def codes_of(x, step, zero, lowest, highest, before=False):
    """Codes as floats; to x and to the scale the rounding is what it rounds, and what is clamped
    passes nothing on."""
    return _Codes.apply(x, step, zero, lowest, highest, before)


class _LookedUp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, codes, entries, slope, lowest):
        index = codes.to(torch.int64) - lowest
        ctx.save_for_backward(index, slope)
        return entries[index]

    @staticmethod
    def backward(ctx, grad):
        index, slope = ctx.saved_tensors
        return grad * slope[index], None, None, None


def looked_up(codes, entries, slope, lowest):
    """The entries of codes; the table rises by its `slopes` as far as gradients go."""
    return _LookedUp.apply(codes, entries, slope, lowest)


def slopes(entries):
    """How fast a table rises at each of its entries, evened out over its longest plateau."""
    rises = np.diff(np.asarray(entries, np.float64))
    if not len(rises):
        return np.zeros(len(entries))
    plateau = longest = 0
    # What lies at the ends is clamped, no plateau.
    changing = np.flatnonzero(rises)
    inner = rises[changing[0] : changing[-1] + 1] if len(changing) else rises
    for rise in inner:
        plateau = plateau + 1 if rise == 0 else 0
        longest = max(longest, plateau)
    width = longest + 1
    around = np.concatenate([rises[:1], rises, rises[-1:]])
    between = (around[:-1] + around[1:]) / 2
    if width == 1:
        return between
    padded = np.pad(between, width, mode="edge")
    kernel = np.ones(2 * width + 1) / (2 * width + 1)
    return np.convolve(padded, kernel, mode="valid")
