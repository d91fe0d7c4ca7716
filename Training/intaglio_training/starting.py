"""Where a training starts: the quantized graph that `intaglio quantize` makes of a float model."""

import json
import os
import tempfile
import warnings

import torch

from .graph import GraphModel
from .packed import PackedModel
from .program import call

# Settings of a model of timm that say how an image becomes its input.
PREPARATION = ("input_size", "mean", "std", "crop_pct", "crop_mode", "interpolation")


def quantize_model(
    model,
    calibration,
    weights=3,
    activations=3,
    *,
    folder,
    settings=None,
    class_names=None,
    recipe=None,
    limit=128,
    intaglio="intaglio",
):
    """A module of PyTorch as two graphs: the quantized one, to be trained, and the float one.

    `model`: takes images [1, channels, height, width], gives logits, alone or as an attribute of
    that name (Hugging Face); any ViT, DeiT or Swin that `intaglio` reads as ONNX. `calibration`: a
    folder of images. `weights`, `activations`: bits, 2 to 8; `recipe`: a file with those of every
    layer. `folder`: where the start is kept. `settings`: how an image becomes the input, by the
    keys of Docs/Formats.md; those that a model of timm carries unless given. Raises CheckFailed
    with what `intaglio` says."""
    settings = {**carried(model), **(settings or {})}
    if class_names:
        settings["class_names"] = list(class_names)
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "model.onnx")
        export(model, settings.get("input_size"), path)
        configuration = os.path.join(scratch, "settings.json")
        with open(configuration, "w") as file:
            json.dump(settings, file)
        make_start(
            path, calibration, folder, weights, activations, recipe=recipe,
            configuration=configuration, limit=limit, intaglio=intaglio,
        )  # fmt: skip
    return read_start(folder)


def read_start(folder):
    """The quantized graph that `intaglio quantize --checkpoint` wrote, and the float one."""
    student = GraphModel(PackedModel.read(os.path.join(folder, "model.safetensors")))
    teacher = GraphModel(PackedModel.read(os.path.join(folder, "float.safetensors")), trained=False)
    return student, teacher


def make_start(
    model,
    calibration,
    folder,
    weights=None,
    activations=None,
    *,
    recipe=None,
    configuration=None,
    limit=128,
    threads=None,
    intaglio="intaglio",
):
    """Lets `intaglio` quantize the file or folder `model` and write the start into `folder`."""
    options = {
        "--calibration": calibration, "--calibration-limit": limit, "--checkpoint": folder,
        "--weights": weights, "--activations": activations, "--recipe": recipe,
        "--config": configuration, "--threads": threads,
    }  # fmt: skip
    stated = [
        part for name, value in options.items() if value is not None for part in (name, str(value))
    ]
    call(intaglio, "quantize", model, *stated)


def carried(model):
    """How an image becomes the input of a model of timm."""
    own = getattr(model, "pretrained_cfg", None) or {}
    return {key: own[key] for key in PREPARATION if own.get(key) is not None}


class Logits(torch.nn.Module):
    """A model without what some give beside the logits."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        answer = self.model(image)
        return getattr(answer, "logits", answer)


def export(model, size, path):
    """Writes the model as ONNX, for one image."""
    if not size:
        raise ValueError('"input_size" is missing in the settings: [channels, height, width]')
    was_training = model.training
    image = torch.zeros(1, *size)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Logits(model.eval()), (image,), path, dynamo=False, input_names=["image"],
                output_names=["logits"], opset_version=17,
            )  # fmt: skip
    finally:
        model.train(was_training)
