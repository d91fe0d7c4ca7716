"""Trains a float Vision Transformer to few bits and checks its integer program.

    intaglio-train --model vit_tiny_patch16_224 --weights-file float.safetensors --data images/ \\
        --bits 3 --epochs 10 -o OUT/

`intaglio quantize` makes the start: scales, zero points and codes, calibrated on some images.
Training then moves them until the answers and the residual streams are those of the float model
again. OUT gets model.safetensors (the quantized graph, a packed model), training.json (options,
losses, figures) and, made by intaglio, model.intaglio. One seed on one thread gives the same
weights on the same processor.
"""

import argparse
import json
import os
import sys
import tempfile

import torch
from safetensors import SafetensorError

from . import __version__, check, distillation, images, starting
from .distillation import Distillation, Recipe
from .graph import GraphModel
from .packed import PackedModel
from .program import CheckFailed

GENERATOR = f"intaglio-training {__version__}"
STATE = "training-state.pt"


def main():
    options = parse()
    try:
        sys.exit(run(options))
    except (CheckFailed, OSError, ValueError, SafetensorError) as error:
        sys.exit(f"intaglio-train: {error}")


def parse():
    parser = argparse.ArgumentParser(
        prog="intaglio-train",
        description=__doc__.split("\n")[0],
        epilog="example: intaglio-train --model vit_tiny_patch16_224 --weights-file "
        "float.safetensors --data images/ --bits 3 --epochs 10 -o out/",
    )
    add = parser.add_argument
    add("--model", help="timm's name of the model, or a file or folder that intaglio reads")
    add("--weights-file", help="safetensors of the float model, where --model is a name")
    add("--start", help="a folder of 'intaglio quantize --checkpoint', instead of --model")
    add("--data", required=True, help="folder of images, or with train and test (or val) in it")
    add("--limit", type=int, help="train on so many of the images at most, evenly from all")
    widths = parser.add_argument_group("widths of the start")
    add = widths.add_argument
    add("--bits", type=int, choices=range(2, 9), help="of weights and activations")
    add("--weights", type=int, choices=range(2, 9), help="bits of weights alone")
    add("--activations", type=int, choices=range(2, 9), help="bits of activations alone")
    add("--recipe", help="bits of every layer, as 'intaglio quantize --write-recipe' writes them")
    add("--calibration-limit", type=int, default=128, help="images that calibrate (128)")
    training = parser.add_argument_group("training")
    add = training.add_argument
    default = Recipe()
    add("--epochs", type=int, default=default.epochs, help=f"({default.epochs})")
    add("--steps", type=int, help="stop after so many steps")
    add("--rate", type=float, default=default.rate, help=f"codes a step, at most ({default.rate})")
    add("--batch", type=int, default=default.batch, help=f"images a step ({default.batch})")
    add(
        "--warm-up",
        type=float,
        default=default.warm_up,
        help=f"share of the steps without weights ({default.warm_up})",
    )
    add(
        "--features",
        type=float,
        default=default.features,
        help=f"weight of the streams ({default.features})",
    )
    add(
        "--labels",
        type=float,
        default=default.labels,
        help=f"weight of labels, if any ({default.labels})",
    )
    add(
        "--zoom",
        type=float,
        default=default.zoom,
        help=f"smallest part of an image ({default.zoom})",
    )
    add("--seed", type=int, default=default.seed)
    add("--threads", type=int, help="of PyTorch; as many as there are cores unless given")
    add("--device", default="auto", help="cpu, cuda, or auto: cuda where there is one")
    add("--compile", action="store_true", help="minutes first, then twice as fast; needs C++")
    add("--keep", type=int, default=100, help="save the state every so many steps (100)")
    add("--resume", action="store_true", help="go on from the state in the output folder")
    parser.add_argument("-o", "--output", required=True, help="folder to write")
    checking = parser.add_argument_group("check")
    add = checking.add_argument
    add("--intaglio", default="intaglio", help="the program that quantizes and checks")
    add("--check", type=int, default=100, help="images to check on; 0 for no check (100)")
    add("--agreement", type=float, default=0.95, help="share of equal answers to reach (0.95)")
    options = parser.parse_args()
    if (options.model is None) == (options.start is None):
        parser.error("state --model or --start, one of the two")
    if options.start and os.path.realpath(options.start) == os.path.realpath(options.output):
        parser.error("-o is the folder of --start, which would be lost; name another")
    for name in ("epochs", "batch", "keep", "calibration_limit"):
        if getattr(options, name) < 1:
            parser.error(f"--{name.replace('_', '-')} has to be 1 or more")
    if options.model and not (options.bits or options.recipe or options.weights):
        parser.error("state --bits, --weights and --activations, or --recipe")
    return options


def run(options):
    """The exit code."""
    # What cuBLAS needs to be deterministic.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    if options.threads:
        torch.set_num_threads(options.threads)
    os.makedirs(options.output, exist_ok=True)
    start = options.start or quantized(options)
    student, teacher = starting.read_start(start)
    preprocessing = student.packed.description.get("preprocessing")
    if not preprocessing:
        raise ValueError(f"{start}: the model does not say how an image becomes its input")
    training, checking = images.parts(options.data, student.classes)
    training = training.spread(options.limit or len(training))
    images.require_classes(training, classes_of(teacher, training, preprocessing), options.data)
    device = chosen_device(options.device)
    student.to(device)
    teacher.to(device)

    recipe = Recipe(
        options.epochs, options.rate, batch=options.batch, warm_up=options.warm_up,
        features=options.features, labels=options.labels, zoom=options.zoom,
        steps=options.steps, seed=options.seed,
    )  # fmt: skip
    process = Distillation(student, teacher, training, preprocessing, recipe, say)
    kept = os.path.join(options.output, STATE)
    if options.resume and os.path.exists(kept):
        process.resume(torch.load(kept, map_location=device, weights_only=True))
        say(f"going on from step {process.step}")
    say(f"{len(training)} images, {process.steps} steps of {recipe.batch}")
    if options.compile:
        process.compile()
    process.run(lambda state: keep(state, kept, options.keep))
    student.to("cpu")
    teacher.to("cpu")
    student.store()
    student.packed.write(os.path.join(options.output, "model.safetensors"), GENERATOR)
    log = {
        "generator": GENERATOR,
        "options": command(options),
        "images": len(training),
        "history": process.progress.history,
    }
    write_log(options, log)
    if os.path.exists(kept):
        os.remove(kept)
    if not options.check or not options.intaglio:
        return 0
    return checked(options, start, teacher, training, checking, log)


def checked(options, start, teacher, training, checking, log):
    """The exit code after the integer program was compared."""
    checking = checking.spread(options.check)
    say(f"checking on {len(checking)} images")
    # What the file says, not what training holds in memory.
    path = os.path.join(options.output, "model.safetensors")
    student = GraphModel(PackedModel.read(path), trained=False)
    preprocessing = student.packed.description["preprocessing"]
    report = check.check(
        student, path, checking, training.spread(options.calibration_limit), preprocessing,
        options.intaglio,
    )  # fmt: skip
    started, _ = starting.read_start(start)
    answers = {
        "float": distillation.logits(teacher, checking, preprocessing),
        "start": distillation.logits(started, checking, preprocessing),
        "trained": report["logits"],
    }
    figures = summary(report, checking, answers)
    write_log(options, {**log, **figures})
    print(json.dumps(figures, indent=1))
    if figures["divergence_trained"] >= figures["divergence_start"]:
        say(
            "training did not bring the answers nearer to the float model's; "
            "try a lower --rate or more images"
        )
    if figures["agreement"] < options.agreement:
        say(f"the integer program agrees in {figures['agreement']:.4f}, below {options.agreement}")
        return 1
    return 0


def quantized(options):
    """The folder with the start that `intaglio quantize` makes in the output folder."""
    start = os.path.join(options.output, "start")
    if options.resume and os.path.exists(os.path.join(start, "float.safetensors")):
        return start
    if not options.intaglio:
        raise ValueError("--model needs --intaglio, which quantizes it; or state --start")
    train = os.path.join(options.data, "train")
    say("intaglio quantize makes the start")
    with tempfile.TemporaryDirectory() as scratch:
        configuration = None
        if options.weights_file and (settings := named(options)):
            configuration = os.path.join(scratch, "config.json")
            with open(configuration, "w") as file:
                json.dump(settings, file)
        starting.make_start(
            options.weights_file or options.model,
            train if os.path.isdir(train) else options.data,
            start,
            options.weights or options.bits,
            options.activations or options.bits,
            recipe=options.recipe,
            configuration=configuration,
            limit=options.calibration_limit,
            threads=options.threads,
            intaglio=options.intaglio,
        )
    return start


def named(options):
    """Settings of a model that only its name states, or those of a JSON beside the weights, or of
    --model where that is one. Raises ValueError where name and JSON differ."""
    if options.model.endswith(".json"):
        return read_json(options.model)
    stem = os.path.splitext(options.weights_file)[0]
    beside = (f"{stem}.json", os.path.join(os.path.dirname(options.weights_file), "config.json"))
    path = next((path for path in beside if os.path.exists(path)), None)
    settings = read_json(path) if path else {}
    stated = settings.get("architecture", options.model)
    if stated != options.model:
        raise ValueError(f"--model is {options.model}, but {path} says {stated}; state the same")
    return {**settings, "architecture": options.model}


def read_json(path):
    with open(path) as file:
        return json.load(file)


@torch.no_grad()
def classes_of(model, training, preprocessing):
    """How many logits the model has."""
    return model.eval()(training.read([0], preprocessing)).shape[1]


def chosen_device(name):
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def keep(process, path, every):
    if process.step % every == 0 and process.step < process.steps:
        distillation.save_state(process, path)


def summary(report, checking, answers):
    """The figures that matter: of what `check` says, and of logits of the float model, of the start
    and of the trained model."""
    evaluated, compared = report["evaluate"], report["compare"]
    layers = [layer for layer in compared["layers"] if layer.get("changedLocally") is not None]
    figures = {
        "checked": len(checking),
        "agreement": evaluated["agreement"]["top1"],
        "largest_difference_of_logits": evaluated["agreement"]["maxAbsLogit"],
        "codes_compared": sum(layer["elements"] for layer in layers),
        "codes_changed_by_their_own_layer": sum(layer["changedLocally"] for layer in layers),
    }
    for name in ("start", "trained"):
        figures[f"divergence_{name}"] = distillation.divergence(answers[name], answers["float"])
    if checking.labels:
        for name, logits in answers.items():
            figures[f"top1_{name}"] = share_right(logits.argmax(-1).tolist(), checking.labels)
        figures["top1_integer"] = evaluated["top1"]
    return figures


def share_right(answers, labels):
    return sum(a == b for a, b in zip(answers, labels, strict=True)) / len(labels)


def command(options):
    """What made the result, without the names of folders and files."""
    hidden = ("weights_file", "data", "output", "intaglio", "start", "recipe")
    shown = {key: value for key, value in vars(options).items() if key not in hidden}
    return {**shown, "model": options.model and os.path.basename(options.model)}


def write_log(options, log):
    path = os.path.join(options.output, "training.json")
    with open(path + ".unfinished", "w") as file:
        json.dump(log, file, indent=1)
        file.write("\n")
    os.replace(path + ".unfinished", path)


def say(line):
    print(line, file=sys.stderr, flush=True)
