import numpy as np
import pytest
import torch
from PIL import Image

from intaglio_training.packed import PackedModel, packed

PREPROCESSING = {"channels": 1, "interpolation": "bicubic", "mean": [0.5], "std": [0.25]}
CLASSES = ["dark", "light", "striped"]


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
    torch.manual_seed(1)


@pytest.fixture
def start(tmp_path):
    """A folder as `intaglio quantize --checkpoint` writes it: grey images of 3 × 4, LayerNorm
    of rows, a layer of 3-bit weights, GELU, the mean of the rows as logits of three classes."""
    random = np.random.default_rng(3)
    real = {"element": "real", "op": "constant"}
    codes = {"op": "dequantize", "offset": "0", "zeroPoint": 0, "scale": "1"}
    places = random.integers(-4, 4, (4, 3))
    tensors = {
        "gamma": np.full(4, 2, np.float32),
        "beta": np.full(4, 3.5, np.float32),
        "codes": packed(places, "i3"),
        "scale": random.uniform(0.05, 0.2, 3).astype(np.float32),
        "bias": random.normal(size=3).astype(np.float32),
        "unused": np.zeros(2, np.float32),
    }
    # The start is off by more than rounding, so that there is something to learn.
    tensors["weight"] = ((places + random.normal(0, 1, (4, 3))) * tensors["scale"]).astype("f4")
    common = [
        {
            "op": "input",
            "input": "image",
            "name": "image",
            "element": "real",
            "shape": [1, 1, 3, 4],
        },
        {**real, "shape": [4], "tensor": "gamma"},
        {**real, "shape": [4], "tensor": "beta"},
        {"op": "layer-norm", "epsilon": 1e-6, "of": [0, 1, 2], "name": "norm"},
    ]
    quantized = [
        *common,
        quantizer("norm.codes", 3, "u3", "1", 0),
        {**codes, "of": [4]},
        {"op": "constant", "element": "i3", "shape": [4, 3], "tensor": "codes"},
        {**codes, "of": [6], "scale": {"factor": "1", "shape": [3], "tensor": "scale"}},
        {"op": "matmul", "of": [5, 7], "name": "layer"},
        {**real, "shape": [3], "tensor": "bias"},
        {"op": "add", "of": [8, 9]},
        quantizer("factor", 10, "i4", "1p-2", 0),
        {**codes, "of": [11], "scale": "1p-2"},
        {"op": "gelu", "of": [12]},
        quantizer("hidden", 13, "u4", "1p-2", 1),
        {**codes, "of": [14], "scale": "1p-2", "zeroPoint": 1},
        {"op": "mean", "axis": 2, "of": [15]},
        {"op": "reshape", "shape": [1, 3], "of": [16]},
        {**real, "shape": [2], "tensor": "unused"},
    ]
    float_nodes = [
        *common,
        {**real, "shape": [4, 3], "tensor": "weight"},
        {"op": "matmul", "of": [3, 4], "name": "layer"},
        {**real, "shape": [3], "tensor": "bias"},
        {"op": "add", "of": [5, 6]},
        {"op": "gelu", "of": [7]},
        {"op": "mean", "axis": 2, "of": [8]},
        {"op": "reshape", "shape": [1, 3], "of": [9]},
    ]
    about = {"name": "tiny", "classNames": CLASSES, "preprocessing": PREPROCESSING}
    about |= {"notes": [], "source": "test"}
    folder = tmp_path / "start"
    folder.mkdir()
    for name, nodes, end in (("model", quantized, 17), ("float", float_nodes, 10)):
        model = PackedModel(nodes, {"logits": end}, about, tensors)
        model.write(folder / f"{name}.safetensors", "test")
    return folder


@pytest.fixture
def tiny(start):
    return start / "model.safetensors"


@pytest.fixture
def task(tmp_path):
    """A folder with grey images of three classes: train and test."""
    random = np.random.default_rng(2)
    for part, count in (("train", 12), ("test", 4)):
        for name in CLASSES:
            folder = tmp_path / "images" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                picture(name, random).save(folder / f"{number:02}.png")
    return tmp_path / "images"


def picture(name, random):
    pixels = random.integers(0, 60, (3, 4), dtype=np.uint8)
    if name == "light":
        pixels += 150
    if name == "striped":
        pixels[::2] += 180
    return Image.fromarray(pixels)


def quantizer(name, of, to, scale, zero):
    return {
        "op": "quantize", "name": name, "of": [of], "to": to, "scale": scale, "zeroPoint": zero,
        "placement": "afterRounding",
    }  # fmt: skip
