"""Writes the two small files of `torch.save` that TorchFileTests reads.

    pip install torch                  # written with torch 2.15.0
    python record_torch_files.py ../Golden/IntaglioData
"""
import os
import sys

import torch

base = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 8
tensors = {
    "a": base[1:, :2].t(),
    "b": torch.tensor([1.5, -2.0], dtype=torch.float16),
    "n": torch.tensor(7),
    "s": base.double()[0],
}
for name, is_zip in (("zip", True), ("legacy", False)):
    path = os.path.join(sys.argv[1], f"torch-{name}.pth")
    value = {"model": tensors, "epoch": 3, "note": [1, (2.5, None, True)]}
    torch.save(value, path, _use_new_zipfile_serialization=is_zip)
