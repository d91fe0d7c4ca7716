import torch

from intaglio_training import quantize_model
from intaglio_training.layers import ClippedGELU
from intaglio_training.quantizers import QuantizedLinear
from intaglio_training.equalization import _split, equalize_channels, split_large_units


def test_values_beyond_the_clip_are_split_and_the_answers_stay(small_vit):
    model = small_vit()
    model.blocks[1].mlp.fc1.bias.data[5] = 37
    images = torch.randn(4, 3, 32, 32)
    quantized = quantize_model(model)
    with torch.no_grad():
        expected = model(images)
        clipped = (quantized.eval()(images) - expected).abs().max()
        split_large_units(quantized, images)
        difference = (quantized(images) - expected).abs().max()
    assert difference < 1e-5 < clipped
    assert quantized.blocks[0].mlp.fc1.out_features == 128
    assert quantized.blocks[1].mlp.fc1.out_features > 128 + 3


def test_split_values_near_a_multiple_of_the_clip_err_little():
    class Mlp(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1, self.fc2 = QuantizedLinear(1, 1, 3), QuantizedLinear(1, 1, 3)
            for layer in (self.fc1, self.fc2):
                layer.weight.data.fill_(1)
                layer.bias.data.fill_(0)

    mlp, x = Mlp(), torch.linspace(-5, 49, 1001)[:, None]
    _split(mlp, torch.tensor([5]))
    with torch.no_grad():
        difference = mlp.fc2(ClippedGELU()(mlp.fc1(x))) - torch.nn.functional.gelu(x)
    assert difference.abs().max() < 0.171


def test_channels_behind_norms_are_evened_out_and_the_answers_stay(small_vit):
    model = small_vit()
    model.blocks[0].norm1.weight.data[3] = 30
    images = torch.randn(4, 3, 32, 32)
    quantized = quantize_model(model)
    with torch.no_grad():
        equalize_channels(quantized, images)
        assert (quantized.eval()(images) - model(images)).abs().max() < 1e-4
    scales = quantized.blocks[0].norm1.weight.abs()
    assert scales[3] / scales.median() < 15
