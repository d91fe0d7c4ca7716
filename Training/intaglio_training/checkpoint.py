"""Checkpoints as Intaglio reads them: Q-ViT's tensors, and config.json for what they leave open."""

import json
import os

import torch
from safetensors.torch import save_file

from .quantizers import QuantizedWeight, even_out_scales
from .wrapping import OUTER_BITS, UnsupportedModel, epsilon, head_epsilon

GENERATOR = "intaglio-training 0.1.0"


def save_checkpoint(model, folder, preparation, class_names=None):
    """Writes model.safetensors and config.json into `folder`.

    `model`: of `quantize_model`, calibrated. `preparation`: how an image becomes the input, by
    timm's keys (`input_size`, `mean`, `std`, `crop_pct`, `interpolation`). From here on the scales
    of `model` itself are equal to the bit, too."""
    widths = model.widths
    if widths["weights"] != widths["activations"] or widths["outer"] != OUTER_BITS:
        raise UnsupportedModel(
            f"the checkpoint can only say one width in the blocks and {OUTER_BITS} bits outside, "
            f"not {widths}"
        )
    even_out_scales(model)
    os.makedirs(folder, exist_ok=True)
    # One entry: safetensors writes several in an order that differs from run to run.
    path = os.path.join(folder, "model.safetensors")
    save_file(tensors(model), path, metadata={"format": "pt"})
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(configuration(model, preparation, class_names), file, indent=1)
        file.write("\n")


@torch.no_grad()
def tensors(model):
    """The state as float32; weights stand on their codes, so that no reader rounds another way."""
    snapped = {
        f"{name}.weight": module.on_codes()
        for name, module in model.named_modules()
        if isinstance(module, QuantizedWeight)
    }
    state = {**model.state_dict(), **snapped}
    return {name: tensor.detach().float().contiguous() for name, tensor in state.items()}


def configuration(model, preparation, class_names=None):
    """What shapes cannot tell, under the keys of Intaglio's formats."""
    config = {
        "nbits": model.widths["activations"],
        "activation_scale": "mean",
        "num_heads": model.blocks[0].attn.heads,
        "norm_eps": epsilon(model),
        "num_classes": model.head.out_features,
        **preparation,
    }
    if (value := head_epsilon(model)) is not None:
        config["qk_norm_eps"] = value
    if class_names:
        config["class_names"] = list(class_names)
    return config
