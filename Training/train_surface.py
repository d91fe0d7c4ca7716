#!/usr/bin/env python3
"""Trains the surface inspection model of the demo: float first, then quantization-aware.

    intaglio demo --export-images train --count 25000 --seed 7
    intaglio demo --export-images fresh --count 1000 --seed 2026
    python3 Training/train_surface.py --bits 3 --images train --fresh fresh --seed 7 \\
        --out surface-w3a3.safetensors

The float model is trained once and kept in --float; later runs with other --bits start from it.
"""

import argparse
import copy
import json
import os
import sys

import torch
from safetensors.torch import load_file, save_file

from intaglio_training.images import read_idx
from intaglio_training.lessons import Plan, accuracy, answers
from intaglio_training.quantizers import Kernels, enable_quantization, even_out_scales
from surface_lessons import Examples, train
from surface_vit import NORM_EPS, QK_NORM_EPS, SurfaceViT

CLASSES = ["flawless", "scratch", "dent", "stain", "crack", "pit"]
VALIDATION = 1000
FLOAT_ROUNDS = (  # each with its own warm-up and decay
    Plan(epochs=5, rate=4e-3, decay=0.02),
    Plan(epochs=4, rate=3e-3, decay=0.02),
)
QUANTIZED = {  # by bits; few bits have much to learn again
    2: Plan(epochs=5, rate=2e-3, decay=0.01, settle=0.1),
    3: Plan(epochs=3, rate=1e-3, decay=0.01, settle=0.1),
    8: Plan(epochs=1, rate=1e-3, decay=0.01, settle=0.1),
}


def main():
    options = parse()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    if options.compile:
        Kernels.compile()
    statistics, examples = read_examples(options.images)
    held = examples.part(slice(-VALIDATION, None))
    examples = examples.part(slice(None, -VALIDATION))
    print(f"{len(examples.labels)} images, mean and std {statistics}", flush=True)

    teacher = float_model(options, examples, held)
    model = quantized_model(options, teacher, examples, held)
    save(model, statistics, options)

    result = {
        "bits": options.bits,
        "seed": options.seed,
        "images": len(examples.labels),
        "float_epochs": sum(plan.epochs for plan in FLOAT_ROUNDS),
        "epochs": QUANTIZED[options.bits].epochs,
        "top1_validation_float": accuracy(teacher, held),
        "top1_validation": accuracy(model, held),
        "command": "python3 " + command(options),
    }
    if options.fresh:
        _, fresh = read_examples(options.fresh, statistics, torch.float64)
        result["fresh_images"] = len(fresh.labels)
        result["top1_float"] = accuracy(teacher, fresh)
        result["top1_float32"] = accuracy(model, fresh)
        result["top1"] = accuracy(model.double(), fresh)
    with open(os.path.splitext(options.out)[0] + ".json", "w") as file:
        json.dump(result, file, indent=1)
    print(json.dumps(result, indent=1))


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--bits", type=int, choices=sorted(QUANTIZED), required=True, help="weights, activations"
    )
    parser.add_argument("--images", required=True, help="folder with the IDX pair to train on")
    parser.add_argument("--fresh", help="folder with the IDX pair to test on (another seed)")
    parser.add_argument("--out", required=True, help="safetensors file to write")
    parser.add_argument("--float", default="surface-float.safetensors", help="kept float model")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--compile", action="store_true", help="compile the quantizers (C++)")
    return parser.parse_args()


def command(options):
    """What made the result, without the names of folders and files."""
    return f"Training/train_surface.py --bits {options.bits} --seed {options.seed}"


def read_examples(folder, statistics=None, dtype=torch.float32):
    """Mean and deviation (those of the images unless given) and the examples of an IDX folder."""
    names = ("images-idx3", "labels-idx1", "patches-idx3")
    images, labels, patches = (
        torch.from_numpy(read_idx(os.path.join(folder, f"train-{name}-ubyte"))) for name in names
    )
    labels, patches = labels.long(), patches.long()
    images = images[:, None].to(dtype) / 255
    if statistics is None:
        statistics = round(images.mean().item(), 4), round(images.std().item(), 4)
    mean, std = statistics
    return statistics, Examples((images - mean) / std, labels, patches * labels[:, None, None])


def float_model(options, examples, held):
    """The float model, trained in rounds; those that --float or a file beside it holds are kept."""
    model = SurfaceViT(options.bits)
    path = getattr(options, "float")
    for number, plan in enumerate(FLOAT_ROUNDS, 1):
        kept = path if number == len(FLOAT_ROUNDS) else f"{path}.{number}"
        if os.path.exists(path) or os.path.exists(kept):
            continue
        if number > 1:
            load_float(model, f"{path}.{number - 1}")
            torch.manual_seed(options.seed + number - 1)
        train(model, examples, held, plan)
        state = model.state_dict()
        save_file({name: state[name] for name in state if is_float(name)}, kept)
    load_float(model, path)
    return model.eval()


def load_float(model, path):
    parameters = load_file(path)
    unknown = model.load_state_dict(parameters, strict=False).unexpected_keys
    if unknown:
        sys.exit(f"{path}: not a float model of this script: {unknown[0]}")


def is_float(name):
    return not name.endswith((".alpha", ".zero_point", ".signed", ".init_state"))


def quantized_model(options, teacher, examples, held):
    """The float model with its quantizers switched on, trained to agree with it."""
    torch.manual_seed(options.seed + options.bits)
    model = copy.deepcopy(teacher)
    enable_quantization(model)
    with torch.no_grad():
        model.train()(examples.images[:256])
    print(f"calibrated: validation {accuracy(model, held):.4f}", flush=True)
    train(model, examples, held, QUANTIZED[options.bits], answers(teacher, examples))
    even_out_scales(model)
    return model.eval()


def save(model, statistics, options):
    """Writes every tensor as float32 and the architecture as metadata."""
    mean, std = statistics
    config = dict(
        model.config,
        architecture="q-vit",
        nbits=options.bits,
        mean=[mean],
        std=[std],
        norm_eps=NORM_EPS,
        qk_norm_eps=QK_NORM_EPS,
        activation_scale="mean",
        classes=CLASSES,
        generator=command(options),
    )
    metadata = {k: v if isinstance(v, str) else json.dumps(v) for k, v in config.items()}
    metadata["format"] = "pt"
    state = {
        name: tensor.detach().contiguous()
        for name, tensor in model.state_dict().items()
        if not name.startswith("patch_head")
    }
    save_file(state, options.out, metadata=metadata)


if __name__ == "__main__":
    main()
