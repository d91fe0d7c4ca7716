import pytest
import torch

from intaglio_training.quantizers import ActivationQuantizer, QuantizedLinear, _Quantize, code_range


def straight_through(x, step, zero, lowest, highest, residue):
    """What the gradients belong to: rounding adds a number that does not depend on anything."""
    return (torch.clamp(x / step + zero, lowest, highest) + residue - zero) * step


@pytest.mark.parametrize("bits", [2, 3, 8])
def test_gradients_are_those_of_finite_differences_with_rounding_held_still(bits):
    lowest, highest = code_range(bits, signed=True)
    # The step lets some places leave the range at both ends, none within 1e-3 of an edge.
    x = torch.randn(50, 6, dtype=torch.float64)
    step = torch.tensor([3 / (highest - lowest)], dtype=torch.float64)
    zero = torch.tensor([0.0, 1, -1, 0, 2, 0], dtype=torch.float64)
    place = x / step + zero
    near = (place - lowest).abs().minimum((place - highest).abs()) < 1e-3
    x = torch.where(near, x + 0.01 * step, x)
    clamped = torch.clamp(x / step + zero, lowest, highest)
    assert (clamped == lowest).any() and (clamped == highest).any()
    residue = clamped.round() - clamped
    weight = torch.randn_like(x)

    inputs = [tensor.clone().requires_grad_() for tensor in (x, step, zero)]
    (_Quantize.apply(*inputs, lowest, highest) * weight).sum().backward()

    def loss(*values):
        return (straight_through(*values, lowest, highest, residue) * weight).sum()

    for index, tensor in enumerate(inputs):
        values = [x, step, zero]
        for place in range(tensor.numel()):
            change = torch.zeros_like(tensor)
            change.view(-1)[place] = 1e-6
            above = loss(*(v + change if i == index else v for i, v in enumerate(values)))
            below = loss(*(v - change if i == index else v for i, v in enumerate(values)))
            expected = (above - below).item() / 2e-6
            assert tensor.grad.view(-1)[place].item() == pytest.approx(expected, abs=2e-6)


def test_clamped_values_pass_no_gradient_to_their_input():
    x = torch.tensor([-9.0, 0.2, 9.0], requires_grad=True)
    _Quantize.apply(x, torch.ones(1), torch.zeros(1), -4, 3).sum().backward()
    assert x.grad.tolist() == [0, 1, 0]


def test_training_and_evaluation_quantize_alike():
    quantizer = calibrated(torch.randn(40, 5), bits=3)
    x = torch.randn(7, 5)
    assert torch.equal(quantizer.train()(x), quantizer.eval()(x))


@pytest.mark.parametrize("axis, shape", [(-1, (40, 5)), (-3, (4, 5, 6, 7))])
def test_codes_are_integers_in_range_and_stand_for_the_output(axis, shape):
    x = torch.randn(shape) * 2 + 1
    quantizer = calibrated(x, bits=3, axis=axis)
    codes = quantizer.codes(x)
    assert torch.equal(codes, codes.round())
    assert (codes.min(), codes.max()) == (-4, 3)
    assert torch.equal((codes - quantizer.zeros()) * quantizer.alpha.mean(), quantizer.eval()(x))


def test_calibration_errs_less_than_the_whole_range_does():
    x = torch.randn(2000, 4)
    x[0] = 30
    quantizer = calibrated(x, bits=3)
    error = (quantizer.eval()(x) - x).square().mean()
    step = (x.max() - x.min()) / 7
    zero = torch.round(-4 - x.min() / step)
    whole = (torch.round(torch.clamp(x / step + zero, -4, 3)) - zero) * step
    assert error < (whole - x).square().mean()


def test_calibration_reaches_values_far_outside_the_deviation():
    x = torch.randn(2000, 4)
    x[::500, 0] = 60
    quantizer = calibrated(x, bits=8)
    assert (quantizer.eval()(x) - x).abs().max() < 3


def test_weights_on_codes_are_the_weights_of_the_layer():
    layer = QuantizedLinear(6, 4, 3)
    layer.enabled = True
    used = layer.eval().quantized_weight()
    assert torch.equal(layer.on_codes(), used)
    codes = layer.on_codes().double() / layer.alpha.double()[:, None]
    assert (codes - codes.round()).abs().max() < 1e-6


def calibrated(x, bits, axis=-1):
    quantizer = ActivationQuantizer(bits, x.shape[axis], axis=axis)
    quantizer.enabled = True
    quantizer.sample = 100_000
    quantizer.eval()(x)
    return quantizer
