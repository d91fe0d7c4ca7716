#!/usr/bin/env python3
"""Trains a small plain float vision transformer on Fashion-MNIST or its like, for `intaglio quantize`.

    python3 Training/train_fashion.py --images fashion-mnist --out fashion --seed 7

The folder holds the four IDX files, gzipped or not; --out becomes a folder with model.safetensors
(timm's names) and config.json. One seed on one thread gives the same weights on the same processor.
"""

import argparse
import json
import os

import torch
from safetensors.torch import save_file
from torch.nn import functional

from intaglio_training import lessons
from intaglio_training.images import read_idx
from intaglio_training.lessons import Examples, Plan, Progress, accuracy, step_count
from plain_vit import NORM_EPS, PlainViT

CLASSES = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
]
IMAGES = dict(size=28, patch=4, channels=1)
BATCH = 64
RATE = 3e-3  # of the matrices; everything else learns at half of it
DECAY = 0.02


def main():
    options = parse()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    pixels = read_idx(os.path.join(options.images, "train-images-idx3-ubyte"))
    images = torch.from_numpy(pixels) / 255.0
    mean, std = round(images.mean().item(), 4), round(images.std().item(), 4)
    examples = prepared(options.images, "train", mean, std)
    model = PlainViT(
        **IMAGES,
        classes=len(options.classes),
        width=options.width,
        depth=options.depth,
        heads=options.heads,
    )
    train(model, examples, options)
    top1 = accuracy(model, prepared(options.images, "t10k", mean, std))
    save(model, mean, std, options)
    print(f"top-1 on the test images {100 * top1:.2f} %")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", required=True, help="folder with the IDX files")
    parser.add_argument("--out", required=True, help="folder to write")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--classes", type=lambda text: text.split(","), default=CLASSES)
    parser.add_argument("--no-mirror", action="store_true", help="where left and right differ")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def prepared(folder, part, mean, std):
    images = torch.from_numpy(read_idx(os.path.join(folder, f"{part}-images-idx3-ubyte")))
    images = images[:, None] / 255.0
    labels = torch.from_numpy(read_idx(os.path.join(folder, f"{part}-labels-idx1-ubyte"))).long()
    return Examples((images - mean) / std, labels)


def train(model, examples, options):
    """In float32 throughout, images mirrored at random."""
    plan = Plan(options.epochs, RATE, DECAY, BATCH, settle=1.0)
    progress = Progress(step_count(examples, plan), BATCH, every=100)
    change = (lambda batch: batch) if options.no_mirror else mirrored
    lessons.train(model, examples, plan, objective, change, progress=progress)


def objective(model, batch, target):
    return functional.cross_entropy(model(batch.images), batch.labels)


def mirrored(batch):
    mirror = torch.rand(len(batch.images), 1, 1, 1) < 0.5
    return Examples(torch.where(mirror, batch.images.flip(-1), batch.images), batch.labels)


def save(model, mean, std, options):
    """Writes the weights under timm's names and what their shapes cannot tell."""
    os.makedirs(options.out, exist_ok=True)
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    metadata = {
        "format": "pt",
        "generator": f"Training/train_fashion.py --epochs {options.epochs} --width {options.width} "
        f"--depth {options.depth} --heads {options.heads} --seed {options.seed}",
    }
    save_file(state, os.path.join(options.out, "model.safetensors"), metadata=metadata)
    config = {
        "num_heads": options.heads,
        "norm_eps": NORM_EPS,
        "global_pool": "token",
        "img_size": IMAGES["size"],
        "in_chans": IMAGES["channels"],
        "num_classes": len(options.classes),
        "class_names": options.classes,
        "mean": [mean],
        "std": [std],
    }
    with open(os.path.join(options.out, "config.json"), "w") as file:
        json.dump(config, file, indent=1)


if __name__ == "__main__":
    main()
