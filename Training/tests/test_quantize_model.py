"""From a module of PyTorch to an integer program, with `intaglio` (INTAGLIO names it)."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from intaglio_training import Distillation, Recipe, quantize_model
from intaglio_training.check import check
from intaglio_training.distillation import divergence, logits
from intaglio_training.images import find_images
from intaglio_training.program import CheckFailed

sys.path.insert(0, str(Path(__file__).parent.parent))
from plain_vit import PlainViT  # noqa: E402

INTAGLIO = os.environ.get("INTAGLIO")
pytestmark = pytest.mark.skipif(not INTAGLIO, reason="INTAGLIO names no program")
SETTINGS = {"input_size": [1, 16, 16], "mean": [0.5], "std": [0.25]}


@pytest.fixture
def model():
    model = PlainViT(size=16, patch=4, channels=1, classes=5, width=32, depth=2, heads=2)
    for parameter in model.parameters():
        parameter.data += 0.3 * torch.randn_like(parameter)
    return model.eval()


@pytest.fixture
def folder(tmp_path):
    """Blots of any size and shade; nobody says what they are."""
    random = np.random.default_rng(5)
    for part, count in (("train", 96), ("test", 32)):
        (tmp_path / part).mkdir()
        for number in range(count):
            pixels = random.integers(0, 40, (16, 16), dtype=np.uint8)
            top, left, height, width = random.integers(1, 12, 4)
            pixels[top : top + height, left : left + width] += random.integers(50, 200, dtype="u1")
            Image.fromarray(pixels).save(tmp_path / part / f"image{number:02}.png")
    return tmp_path


def test_training_beats_post_training_at_two_bits_and_stays_an_integer_program(model, folder):
    images = str(folder / "train")
    student, teacher = quantize_model(
        model, images, 2, 2, folder=str(folder / "start"), settings=SETTINGS, intaglio=INTAGLIO
    )
    preprocessing = student.packed.description["preprocessing"]
    training, fresh = find_images(images), find_images(str(folder / "test"))
    with torch.no_grad():
        pixels = fresh.read(range(len(fresh)), preprocessing)
        assert torch.allclose(teacher(pixels), model(pixels), atol=1e-4)

    def apart():
        return divergence(*(logits(part, fresh, preprocessing) for part in (student, teacher)))

    before = apart()
    recipe = Recipe(epochs=25, batch=16, rate=0.03, slow=10)
    Distillation(student, teacher, training, preprocessing, recipe, say=lambda _: None).run()
    assert apart() < 0.7 * before
    student.store()
    path = str(folder / "model.safetensors")
    student.packed.write(path, "test")
    report = check(student, path, fresh, training, preprocessing, INTAGLIO)
    assert report["evaluate"]["agreement"]["top1"] >= 0.95
    assert (folder / "model.intaglio").exists()


def test_what_intaglio_refuses_is_said_in_its_words(model, folder):
    with pytest.raises(CheckFailed, match="--weights"):
        quantize_model(
            model, str(folder / "train"), 9, 2, folder=str(folder / "start"), settings=SETTINGS,
            intaglio=INTAGLIO,
        )  # fmt: skip
    with pytest.raises(ValueError, match="input_size"):
        quantize_model(model, str(folder / "train"), folder=str(folder / "start"))
