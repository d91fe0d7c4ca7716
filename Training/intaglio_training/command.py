"""Trains a float Vision Transformer to few bits and checks its integer program.

    intaglio-train --model vit_tiny_patch16_224 --weights-file float.safetensors --data images/ \\
        --bits 3 --epochs 10 -o OUT/

OUT gets model.safetensors, config.json, training.json (options, losses, figures) and, made by
intaglio, model.intaglio. One seed on one thread gives the same weights on the same processor.
"""

import argparse
import json
import os
import sys

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch.nn import functional

from . import check, images, lessons
from .checkpoint import GENERATOR, save_checkpoint
from .lessons import Examples, Plan, Progress
from .wrapping import UnsupportedModel, quantize_model, start_quantization


def main():
    options = parse()
    try:
        sys.exit(run(options))
    except (UnsupportedModel, check.CheckFailed, OSError, ValueError, SafetensorError) as error:
        sys.exit(f"intaglio-train: {error}")


def parse():
    parser = argparse.ArgumentParser(prog="intaglio-train", description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--model", required=True, help="timm's name of the model, or a JSON that states it")
    add("--weights-file", required=True, help="safetensors of the float model, timm's names")
    add("--data", required=True, help="folder of images, or with train and test (or val) in it")
    add("--limit", type=int, help="train on so many of the images at most, evenly from all")
    add("--bits", type=int, choices=range(2, 9), required=True, help="weights, activations")
    add("--epochs", type=int, default=10)
    add("--steps", type=int, help="stop after so many steps of training")
    add("--rate", type=float, default=5e-4, help="peak learning rate (5e-4)")
    add("--batch", type=int, default=32)
    add("--decay", type=float, default=0.01, help="weight decay of matrices (0.01)")
    add("--seed", type=int, default=7)
    add("--threads", type=int, help="of PyTorch; as many as there are cores unless given")
    add("-o", "--output", required=True, help="folder to write")
    add("--intaglio", default="intaglio", help="the program that checks the result; '' for none")
    add("--check", type=int, default=100, help="images to check on (100)")
    add("--agreement", type=float, default=0.95, help="share of equal answers to reach (0.95)")
    return parser.parse_args()


def run(options):
    """The exit code."""
    torch.manual_seed(options.seed)
    torch.use_deterministic_algorithms(True)
    if options.threads:
        torch.set_num_threads(options.threads)
    settings = read_settings(options)
    teacher = float_model(settings, options.weights_file)
    preparation = images.preparation(settings, teacher)
    model = quantize_model(teacher, options.bits, options.bits)
    train_folder, check_folder = images.parts(options.data)
    training = images.find_images(train_folder, settings.get("class_names"))
    training = training.spread(options.limit or len(training.paths))
    checking = images.find_images(check_folder, settings.get("class_names")).spread(options.check)

    history = train(model, teacher, training, preparation, options)
    save_checkpoint(model, options.output, preparation, settings.get("class_names"))
    log = {
        "generator": GENERATOR,
        "options": command(options),
        "images": len(training.paths),
        "history": history,
    }
    write_log(options, log)
    if not options.intaglio:
        return 0
    say(f"checking on {len(checking.paths)} images")
    calibration = training.spread(64)
    report = check.check(
        model, options.output, checking, calibration, preparation, options.intaglio
    )
    pixels = images.read_images(checking.paths, preparation)
    float_answers = lessons.logits(teacher, pixels, options.batch).argmax(-1).tolist()
    figures = summary(report, checking, float_answers)
    write_log(options, {**log, **figures})
    print(json.dumps(figures, indent=1))
    if figures["agreement"] < options.agreement:
        say(f"the integer program agrees in {figures['agreement']:.4f}, below {options.agreement}")
        return 1
    return 0


def read_settings(options):
    """The JSON that --model names, or the one beside the weights, with the name of the model."""
    if options.model.endswith(".json"):
        return read_json(options.model)
    beside = os.path.dirname(options.weights_file)
    stem = os.path.splitext(options.weights_file)[0]
    for path in (stem + ".json", os.path.join(beside, "config.json")):
        if os.path.exists(path):
            return {**read_json(path), "architecture": options.model}
    return {"architecture": options.model}


def read_json(path):
    with open(path) as file:
        settings = json.load(file)
    return {**settings.get("pretrained_cfg", {}), **settings}


def float_model(settings, weights):
    """The model in eval mode, its weights float32."""
    state = {name: tensor.float() for name, tensor in load_file(weights).items()}
    arguments = dict(settings.get("model_args", {}))
    if "head.weight" in state:
        arguments.setdefault("num_classes", state["head.weight"].shape[0])
    if size := settings.get("input_size"):
        arguments.setdefault("img_size", tuple(size[1:]))
        arguments.setdefault("in_chans", size[0])
    if "architecture" not in settings:
        raise ValueError('"architecture" is missing in the JSON of the model')
    try:
        model = timm.create_model(settings["architecture"], pretrained=False, **arguments)
        model.load_state_dict(state)
    except (RuntimeError, TypeError) as error:
        first = str(error).strip().splitlines()
        raise ValueError(f"{weights}: {' '.join(line.strip() for line in first[:2])}") from error
    return model.eval()


def train(model, teacher, folder, preparation, options):
    """Starts the quantizers and trains the model to agree with its teacher. The losses."""
    pixels = images.read_images(folder.paths, preparation)
    labels = torch.tensor(folder.labels or [0] * len(folder.paths))
    examples = Examples(pixels, labels)
    say(f"{len(pixels)} images; the float model's answers")
    targets = lessons.answers(teacher, examples, options.batch)
    say("scales")
    start_quantization(model, images_spread(pixels, 16))
    plan = Plan(
        options.epochs, options.rate, options.decay, options.batch, settle=1.0, steps=options.steps
    )
    steps = lessons.step_count(examples, plan)
    progress = Progress(steps, options.batch, every=max(steps // 20, 1), say=say)
    objective = agreement if folder.labels is None else agreement_and_labels
    lessons.train(model, examples, plan, objective, mirrored, targets, progress)
    return progress.history


def images_spread(pixels, count):
    count = min(count, len(pixels))
    return pixels[[index * len(pixels) // count for index in range(count)]]


def agreement(model, batch, target):
    """Divergence from the float model's answers."""
    answers = model(batch.images).log_softmax(-1)
    return functional.kl_div(answers, target, log_target=True, reduction="batchmean")


def agreement_and_labels(model, batch, target):
    answers = model(batch.images).log_softmax(-1)
    divergence = functional.kl_div(answers, target, log_target=True, reduction="batchmean")
    return 0.3 * functional.nll_loss(answers, batch.labels) + 0.7 * divergence


def mirrored(batch):
    mirror = torch.rand(len(batch.images), 1, 1, 1) < 0.5
    return Examples(torch.where(mirror, batch.images.flip(-1), batch.images), batch.labels)


def summary(report, folder, float_answers):
    """The figures that matter of what `check` says."""
    evaluated, compared = report["evaluate"], report["compare"]
    elements = sum(kind["elements"] for kind in compared["kinds"])
    changed = sum(kind["changedLocally"] for kind in compared["kinds"])
    figures = {
        "checked": len(folder.paths),
        "agreement": evaluated["agreement"]["top1"],
        "largest_difference_of_logits": evaluated["agreement"]["maxAbsLogit"],
        "codes_compared": elements,
        "codes_changed_by_their_own_layer": changed,
    }
    if folder.labels:
        figures["top1_float"] = share_right(float_answers, folder.labels)
        figures["top1_trained"] = share_right(report["answers"], folder.labels)
        figures["top1_integer"] = evaluated["top1"]
    return figures


def share_right(answers, labels):
    return sum(a == b for a, b in zip(answers, labels, strict=True)) / len(labels)


def command(options):
    """What made the result, without the names of folders and files."""
    hidden = ("weights_file", "data", "output", "intaglio")
    shown = {key: value for key, value in vars(options).items() if key not in hidden}
    return {**shown, "model": os.path.basename(options.model)}


def write_log(options, log):
    with open(os.path.join(options.output, "training.json"), "w") as file:
        json.dump(log, file, indent=1)
        file.write("\n")


def say(line):
    print(line, file=sys.stderr, flush=True)
