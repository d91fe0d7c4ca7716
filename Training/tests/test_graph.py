import numpy as np
import pytest
import torch
from torch.nn import functional

from intaglio_training.distillation import Recipe, keep_in_range, make_optimizer
from intaglio_training.graph import GraphModel
from intaglio_training.packed import FormatError, PackedModel


def test_the_graph_is_what_its_nodes_say(tiny):
    packed = PackedModel.read(tiny)
    images = torch.randn(6, 1, 3, 4)
    weights = torch.tensor(
        packed.constant(packed.nodes[6]) * packed.floats(packed.nodes[7]["scale"])
    )
    x = functional.layer_norm(images, [4], eps=1e-6) * 2 + 3.5
    x = x.round().clamp(0, 7) @ weights.float() + torch.tensor(packed.tensors["bias"])
    x = (x / 0.25).round().clamp(-8, 7) * 0.25
    x = ((functional.gelu(x) / 0.25).round() + 1).clamp(0, 15)
    expected = ((x - 1) * 0.25).mean(2).flatten(1)
    logits, codes = GraphModel(packed)(images, ["hidden"])
    assert torch.allclose(logits, expected, atol=1e-6)
    assert torch.equal(codes["hidden"][:, 0], x)


def test_what_can_be_trained_is_trained_and_nothing_else(tiny):
    model = GraphModel(PackedModel.read(tiny))
    roles = sorted(key.split(":")[0] + key.split(":")[-1] for key in model.parts)
    # Constants of the norm and the bias, weights, the scale of the factor; not that behind GELU.
    trained = [name for name, part in model.named_parameters() if part.requires_grad]
    assert {"1constant", "2constant", "9constant", "7weight", "11step"} <= set(roles)
    assert not any(name.startswith("parts.14") for name in trained)
    frozen = GraphModel(PackedModel.read(tiny), trained=False)
    assert not [name for name, part in frozen.named_parameters() if part.requires_grad]


def test_what_was_trained_comes_back_from_the_file(tiny, tmp_path):
    model = GraphModel(PackedModel.read(tiny))
    images = torch.randn(40, 1, 3, 4)
    target = torch.randn(40, 3)
    before = functional.mse_loss(model(images), target)
    optimizer = make_optimizer(model, Recipe(rate=0.05))
    for group in optimizer.param_groups:
        group["lr"] = group["peak"]
    for _ in range(60):
        loss = functional.mse_loss(model(images), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        keep_in_range(model)
    assert loss < 0.9 * before
    codes = model.parts["7:node 7:weight"].codes()
    assert not np.array_equal(codes, PackedModel.read(tiny).constant(model.nodes[6]))
    model.store()
    model.packed.write(tmp_path / "trained", "test")
    again = GraphModel(PackedModel.read(tmp_path / "trained"))
    # Scales are written as float32; only ties may round the other way.
    assert torch.allclose(again(images), model(images), atol=1e-5)
    factor = again.nodes[11]
    assert factor["scale"] == again.nodes[12]["scale"] != "1p-2"
    assert again.nodes[14]["scale"] == "1p-2"


def test_what_cannot_be_trained_is_refused_by_name(tiny):
    packed = PackedModel.read(tiny)
    packed.nodes[13] = {"op": "integer-softmax", "of": [12], "name": "a.softmax"}
    with pytest.raises(FormatError, match="a.softmax: integer-softmax"):
        GraphModel(packed)
    packed = PackedModel.read(tiny)
    packed.nodes[0]["shape"] = [2, 1, 3, 4]
    with pytest.raises(FormatError, match="one image"):
        GraphModel(packed)
