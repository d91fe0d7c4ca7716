"""The integer program that `intaglio` makes of a checkpoint, beside the trained model."""

import json
import os
import subprocess
import tempfile

import numpy as np
import torch
from safetensors.torch import save_file

from .images import read_images
from .quantizers import ActivationQuantizer


class CheckFailed(RuntimeError):
    """`intaglio` refused the checkpoint, or its answers are not the model's."""


def check(model, folder, images, calibration, preparation, intaglio, recorded=8, batch=16):
    """What the integer-only program of the checkpoint in `folder` says to `images` (a `Folder`),
    beside `model` in the arithmetic it was trained in. Writes `folder`/model.intaglio.

    `calibration`: images that choose the scales of the residual stream. `recorded`: on how many
    of the images the codes of all quantizers are compared."""
    pixels = read_images(images.paths, preparation)
    program = os.path.join(folder, "model.intaglio")
    with tempfile.TemporaryDirectory() as scratch:
        data = images.linked(os.path.join(scratch, "check"))
        of_stream = calibration.linked(os.path.join(scratch, "calibration"))
        logits = os.path.join(scratch, "logits.npy")
        record = os.path.join(scratch, "record.safetensors")
        answers = write_answers(model, pixels, logits, record, recorded, batch)
        call(
            intaglio, "integerize", folder, "-o", program, "--arithmetic", "integer-only",
            "--calibration", of_stream,
        )
        result = call(intaglio, "evaluate", program, "--data", data, "--against", logits, "--json")
        codes = call(
            intaglio, "compare", f"recorded:{record}", program, "--data", data, "--json",
        )
    return {"answers": answers, "evaluate": json.loads(result), "compare": json.loads(codes)}


@torch.no_grad()
def write_answers(model, pixels, logits, record, recorded, batch):
    """Writes the model's logits, and a record of its codes on the first images."""
    model.eval()
    answers = torch.cat([model(part) for part in pixels.split(batch)])
    np.save(logits, answers.float().numpy())
    save_file(record_codes(model, pixels[:recorded]), record)
    return answers.argmax(-1).tolist()


@torch.no_grad()
def record_codes(model, pixels):
    """`NAME.codes` of every activation quantizer, int16, and `logits`."""
    codes = {}
    hooks = [
        module.register_forward_hook(
            lambda module, inputs, output, name=name: codes.__setitem__(
                f"{name}.codes", module.codes(inputs[0]).to(torch.int16).contiguous()
            )
        )
        for name, module in model.named_modules()
        if isinstance(module, ActivationQuantizer)
    ]
    try:
        codes["logits"] = model.eval()(pixels).float()
    finally:
        for hook in hooks:
            hook.remove()
    return codes


def call(intaglio, *arguments):
    """What the command prints; its last line of complaint where it fails."""
    try:
        done = subprocess.run([intaglio, *arguments], capture_output=True, text=True)
    except OSError as error:
        raise CheckFailed(f"{intaglio}: {error.strerror}") from error
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise CheckFailed(f"intaglio {arguments[0]} ended with {done.returncode}: {lines[-1]}")
    return done.stdout
