#!/usr/bin/env python3
"""Writes the handwritten digits that come with scikit-learn as IDX files of 28 x 28 pixels.

    python3 Training/write_digits.py --out digits
    python3 Training/train_fashion.py --images digits --classes 0,1,2,3,4,5,6,7,8,9 --no-mirror --epochs 60 \
        --width 96 --depth 4 --heads 3 --out digits-vit

1,797 images of 8 x 8 pixels by 43 writers (E. Alpaydin, C. Kaynak, UCI Machine Learning Repository, 1998), enlarged; the
first 1,000 train, the other 797 test.
"""

import argparse
import os
import struct

import numpy
import torch
from sklearn.datasets import load_digits
from torch.nn import functional

TRAIN = 1000
SIDE = 28


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, help="folder to write")
    options = parser.parse_args()
    images, labels = load_digits(return_X_y=True)
    small = torch.from_numpy(images.astype(numpy.float32)).view(-1, 1, 8, 8) * (255 / 16)
    large = functional.interpolate(small, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    pixels = large.round().clamp(0, 255).to(torch.uint8).numpy()[:, 0]
    os.makedirs(options.out, exist_ok=True)
    for name, part in (("train", slice(None, TRAIN)), ("t10k", slice(TRAIN, None))):
        write(os.path.join(options.out, f"{name}-images-idx3-ubyte"), pixels[part])
        write(
            os.path.join(options.out, f"{name}-labels-idx1-ubyte"), labels[part].astype(numpy.uint8)
        )


def write(path, array):
    head = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    with open(path, "wb") as file:
        file.write(head + array.tobytes())


if __name__ == "__main__":
    main()
