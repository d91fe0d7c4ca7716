import json

import pytest
import torch
from safetensors.torch import load_file
from timm.layers import RmsNorm
from timm.models.deit import VisionTransformerDistilled
from torch import nn

from intaglio_training import UnsupportedModel, quantize_model, save_checkpoint, start_quantization

PREPARATION = {"input_size": [3, 32, 32], "mean": [0.5] * 3, "std": [0.5] * 3}


def test_without_its_quantizers_a_model_is_what_it_was(small_vit):
    model = small_vit()
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        difference = model(images) - quantize_model(model).eval()(images)
    assert difference.abs().max() < 1e-5


def test_the_model_that_is_given_stays_as_it_is(small_vit):
    model = small_vit()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    start_quantization(quantize_model(model), torch.randn(4, 3, 32, 32))
    assert model.state_dict().keys() == before.keys()
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("qk_norm", [False, True])
def test_a_checkpoint_has_the_tensors_of_the_dialect(small_vit, tmp_path, qk_norm):
    model = quantize_model(small_vit(qk_norm=qk_norm, init_values=0.1), 3, 3)
    start_quantization(model, torch.randn(4, 3, 32, 32))
    save_checkpoint(model, tmp_path, PREPARATION, ["a", "b", "c"])
    tensors = load_file(tmp_path / "model.safetensors")
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}

    expected = {"cls_token": (1, 1, 32), "pos_embed": (1, 17, 32)}
    expected |= parameters("norm", (32,)) | layer("patch_embed.proj", (32, 3, 8, 8))
    expected |= layer("head", (3, 32))
    for block in ("blocks.0.", "blocks.1."):
        expected |= parameters(block + "norm1", (32,)) | parameters(block + "norm2", (32,))
        expected |= {block + "ls1.gamma": (32,), block + "ls2.gamma": (32,)}
        expected |= layer(block + "attn.qkv", (96, 32)) | layer(block + "attn.proj", (32, 32))
        expected |= layer(block + "mlp.fc1", (128, 32)) | layer(block + "mlp.fc2", (32, 128))
        for name in ("q_act", "k_act", "v_act", "attn_act"):
            expected |= quantizer(f"{block}attn.{name}", 2)
        if qk_norm:
            expected |= parameters(block + "attn.norm_q", (16,))
            expected |= parameters(block + "attn.norm_k", (16,))
    assert shapes == expected
    assert all(tensor.dtype == torch.float32 for tensor in tensors.values())
    assert tensors["blocks.0.attn.attn_act.signed"].item() == 0
    assert tensors["blocks.0.attn.q_act.signed"].item() == 1
    for name, tensor in tensors.items():
        if name.endswith("act.alpha"):
            assert (tensor == tensor[0]).all() and tensor[0] > 0

    config = json.loads((tmp_path / "config.json").read_text())
    assert config["nbits"] == 3 and config["num_heads"] == 2 and config["norm_eps"] == 1e-6
    assert config["activation_scale"] == "mean" and config["class_names"] == ["a", "b", "c"]
    assert ("qk_norm_eps" in config) == qk_norm


def test_weights_of_a_checkpoint_stand_on_codes_of_their_width(small_vit, tmp_path):
    model = quantize_model(small_vit(), 2, 2)
    start_quantization(model, torch.randn(4, 3, 32, 32))
    save_checkpoint(model, tmp_path, PREPARATION)
    tensors = load_file(tmp_path / "model.safetensors")
    weight, alpha = (tensors[f"blocks.1.mlp.fc1.{name}"].double() for name in ("weight", "alpha"))
    codes = weight / alpha[:, None]
    assert (codes - codes.round()).abs().max() < 1e-6
    assert sorted(codes.round().unique().tolist()) == [-2, -1, 0, 1]


def test_what_the_checkpoint_cannot_say_is_refused(small_vit, tmp_path):
    for model in (
        small_vit(global_pool="avg"),
        small_vit(reg_tokens=2),
        small_vit(norm_layer=RmsNorm),
        small_vit(act_layer=lambda: nn.GELU(approximate="tanh")),
        small_vit(proj_drop_rate=0.1),
        VisionTransformerDistilled(img_size=32, patch_size=8, embed_dim=32, depth=1, num_heads=2),
        nn.Linear(2, 2),
    ):
        with pytest.raises(UnsupportedModel):
            quantize_model(model)
    with pytest.raises(ValueError):
        quantize_model(small_vit(), weights=1)
    mixed = quantize_model(small_vit(), weights=3, activations=4)
    start_quantization(mixed, torch.randn(4, 3, 32, 32))
    with pytest.raises(UnsupportedModel):
        save_checkpoint(mixed, tmp_path / "mixed", PREPARATION)
    assert not (tmp_path / "mixed").exists()


def parameters(name, shape):
    return {f"{name}.weight": shape, f"{name}.bias": (shape[0],)}


def layer(name, shape):
    own = {f"{name}.alpha": (shape[0],), f"{name}.init_state": (1,)}
    return parameters(name, shape) | own | quantizer(f"{name}.act", shape[1])


def quantizer(name, channels):
    vectors = {f"{name}.alpha": (channels,), f"{name}.zero_point": (channels,)}
    return vectors | {f"{name}.signed": (1,), f"{name}.init_state": (1,)}
