"""The integer program that `intaglio` makes of a checkpoint, beside the trained model."""

import json
import os
import tempfile

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from . import distillation
from .program import call


def check(model, path, images, calibration, preprocessing, intaglio, recorded=8):
    """What the integer-only program of the checkpoint at `path` says to `images` (an `ImageSet`),
    beside `model`, the same checkpoint in PyTorch. Writes model.intaglio beside it.

    `calibration`: images that choose the scales of the residual stream. `recorded`: on how many
    of the images the codes of all quantizers are compared."""
    program = os.path.join(os.path.dirname(path), "model.intaglio")
    with tempfile.TemporaryDirectory() as scratch:
        answers = distillation.logits(model, images, preprocessing)
        # What evaluates wants labels; where there are none the model's answers serve.
        named = images.with_labels(images.labels or answers.argmax(-1).tolist())
        data = named.linked(os.path.join(scratch, "check"))
        of_stream = calibration.linked(os.path.join(scratch, "calibration"))
        logits = os.path.join(scratch, "logits.npy")
        record = os.path.join(scratch, "record.safetensors")
        np.save(logits, answers.numpy())
        call(
            intaglio, "integerize", path, "-o", program, "--arithmetic", "integer-only",
            "--calibration", of_stream,
        )  # fmt: skip
        first = images.select(range(min(recorded, len(images))))
        codes = record_codes(model, first.read(range(len(first)), preprocessing))
        save_file(comparable(codes, program, data, scratch, intaglio), record)
        result = call(intaglio, "evaluate", program, "--data", data, "--against", logits, "--json")
        codes = call(
            intaglio, "compare", f"recorded:{record}", program, "--data", data, "--json",
        )  # fmt: skip
    return {
        "logits": answers,
        "evaluate": json.loads(result),
        "compare": json.loads(codes),
    }


def comparable(codes, program, data, scratch, intaglio):
    """The codes that the program has in the same shape: where a law moved a quantizer past a change
    of places (windows of a Swin), the same codes lie in another order."""
    own = os.path.join(scratch, "own.safetensors")
    call(
        intaglio, "compare", program, program, "--data", data, "--limit", "1", "--record", own,
    )  # fmt: skip
    with safe_open(own, "np") as file:
        shapes = {name: file.get_slice(name).get_shape() for name in file.keys()}

    def extents(shape):
        return [extent for extent in shape if extent != 1]

    return {
        name: value
        for name, value in codes.items()
        if name == "logits" or extents(value.shape[1:]) == extents(shapes.get(name, [0]))
    }


@torch.no_grad()
def record_codes(model, pixels):
    """`NAME.codes` of every named quantizer, int16, and `logits`."""
    names = [
        node["name"]
        for place, node in enumerate(model.nodes)
        if node["op"] == "quantize" and place in model.steps and "name" in node
    ]
    logits, codes = model.eval()(pixels, names)
    record = {f"{name}.codes": value.to(torch.int16).contiguous() for name, value in codes.items()}
    return {**record, "logits": logits.contiguous()}
