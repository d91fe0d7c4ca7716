#!/usr/bin/env python3
"""Runs a QDQ model of `intaglio quantize --qdq` in ONNX Runtime beside Intaglio's own programs.

    python3 -m venv .venv && .venv/bin/pip install onnxruntime onnx numpy pillow
    .build/release/intaglio quantize MODEL --calibration IMAGES --data IMAGES -o model.intaglio --qdq model.onnx
    .venv/bin/python Scripts/check-qdq.py model.onnx IMAGES model.intaglio [float32:model.onnx ...]

Everything but the file comes from others: ONNX Runtime (graph optimizations off) and Pillow's resampling.
Every eighth image is left out: it calibrates where quantize is given one folder twice. Names of images begin
with the number of their class. For each program: images with the same first answer, top-1 of both with the
95 % interval of the paired difference, and how far the logits are apart. With --json as JSON.

With --record FILE the codes of every quantizer on the first --limit images of the folder are written instead,
for 'intaglio compare FILE float32:model.onnx --data IMAGES --limit N', which feeds each layer with the recorded
codes and counts those that differ.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from PIL import Image

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def images(folder, every, limit):
    """Paths and classes of the judging images, evenly spaced."""
    suffixes = {".jpg", ".jpeg", ".png"}
    paths = sorted(p for p in pathlib.Path(folder).iterdir() if p.suffix.lower() in suffixes)
    paths = [p for index, p in enumerate(paths) if every < 2 or index % every != 0]
    if limit and limit < len(paths):
        paths = [paths[index * len(paths) // limit] for index in range(limit)]
    if not paths:
        sys.exit(f"{folder}: no images")
    labels = [p.name.split("_")[0] for p in paths]
    return paths, [int(label) if label.isdigit() else None for label in labels]


def prepared(path, settings):
    """The model's input, as the file's metadata says."""
    image = Image.open(path).convert("RGB" if settings["num_channels"] == "3" else "L")
    resample = FILTERS[settings["interpolation"]]
    if settings["do_resize"] == "true":
        size = json.loads(settings["size"])
        if "shortest_edge" in size:
            edge, (width, height) = size["shortest_edge"], image.size
            longer = int(edge * max(width, height) / min(width, height))
            width, height = (edge, longer) if width <= height else (longer, edge)
        else:
            width, height = size["width"], size["height"]
        image = image.resize((width, height), resample)
    if settings["do_center_crop"] == "true":
        crop = json.loads(settings["crop_size"])
        left = round((image.width - crop["width"]) / 2)
        top = round((image.height - crop["height"]) / 2)
        image = image.crop((left, top, left + crop["width"], top + crop["height"]))
    pixels = np.asarray(image, np.float32).reshape(image.height, image.width, -1) / np.float32(255)
    mean, std = (np.float32(json.loads(settings[key])) for key in ("mean", "std"))
    return np.ascontiguousarray(((pixels - mean) / std).transpose(2, 0, 1)[None])


def opened(model, threads):
    """A session in which nothing is fused."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run_elsewhere(path, paths, threads):
    """Logits [images, classes] by ONNX Runtime."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    settings = {entry.key: entry.value for entry in model.metadata_props}
    session = opened(path, threads)
    name, batch = session.get_inputs()[0].name, session.get_inputs()[0].shape[0]
    if batch != 1:
        sys.exit(f"{path}: expected one image at a time, found a batch of {batch}")
    rows = [session.run(None, {name: prepared(p, settings)})[0].reshape(-1) for p in paths]
    return np.stack(rows).astype(np.float64)


def record(model_path, paths, file, threads):
    """Writes the codes of every named quantizer, and the logits, as a safetensors file of [images, …]."""
    model = onnx.load(model_path)
    logits = model.graph.output[0].name
    limits = {n.input[0]: n.output[0] for n in model.graph.node if n.op_type == "Clip"}
    shown = {
        f"{n.name}.codes": limits.get(n.output[0], n.output[0])
        for n in model.graph.node
        if n.op_type == "QuantizeLinear" and not n.name.endswith("/QuantizeLinear")
    }
    known = {value.name for value in model.graph.output}
    for tensor in shown.values():
        if tensor not in known:
            model.graph.output.append(onnx.ValueInfoProto(name=tensor))
    session = opened(onnx.shape_inference.infer_shapes(model).SerializeToString(), threads)
    settings = {entry.key: entry.value for entry in model.metadata_props}
    names = {**shown, "logits": logits}
    rows = {name: [] for name in names}
    for path in paths:
        inputs = {session.get_inputs()[0].name: prepared(path, settings)}
        for name, row in zip(names, session.run(list(names.values()), inputs)):
            rows[name].append(row[0] if row.shape[:1] == (1,) else row)
    header, blobs, start = {"__metadata__": {"intaglio.layers": "\n".join(names)}}, [], 0
    for name, found in rows.items():
        kind, element = ("F32", "<f4") if name == "logits" else ("I32", "<i4")
        array = np.stack(found)
        blob = array.astype(element).tobytes()
        offsets = [start, start + len(blob)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": offsets}
        blobs.append(blob)
        start += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(file).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))
    print(f"{file}: {len(shown)} quantizers, {len(paths)} images")


def run_here(intaglio, program, paths, classes):
    """Logits [images, classes] by `intaglio run`."""
    command = [intaglio, "run", program, *map(str, paths), "--top", str(classes), "--json"]
    answers = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    logits = np.full((len(paths), classes), np.nan)
    for row, answer in zip(logits, answers):
        for candidate in answer["classes"]:
            row[candidate["index"]] = candidate["logit"]
    return logits


def log_probabilities(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def comparison(program, ours, theirs, labels):
    """What differs between our logits and theirs."""
    a, b = ours.argmax(axis=1), theirs.argmax(axis=1)
    p, q = log_probabilities(theirs), log_probabilities(ours)
    difference = np.abs(ours - theirs)
    report = {
        "program": program,
        "images": len(labels),
        "sameAnswers": int((a == b).sum()),
        "equalLogits": int((difference.max(axis=1) == 0).sum()),
        "meanAbsLogit": float(difference.mean()),
        "maxAbsLogit": float(difference.max()),
        "logitDeviation": float(theirs.std()),
        "divergence": float((np.exp(p) * (p - q)).sum(axis=1).mean()),
    }
    if None not in labels:
        truth = np.array(labels)
        gain = (a == truth).astype(float) - (b == truth)
        report["top1"] = float((a == truth).mean())
        report["top1ONNXRuntime"] = float((b == truth).mean())
        report["differencePoints"] = float(100 * gain.mean())
        report["interval95"] = float(100 * 1.959963984540054 * math.sqrt(gain.var() / len(gain)))
    return report


def text(report):
    count = report["images"]
    line = (
        f"{report['program']}: same first answer {report['sameAnswers']} of {count} "
        f"({100 * report['sameAnswers'] / count:.1f} %); logits apart by {report['meanAbsLogit']:.2g} "
        f"in the mean, {report['maxAbsLogit']:.2g} at most, of a deviation of "
        f"{report['logitDeviation']:.2f}; KL {report['divergence']:.2g} nats"
    )
    if "top1" in report:
        line += (
            f"; top-1 {100 * report['top1']:.2f} % beside {100 * report['top1ONNXRuntime']:.2f} % "
            f"({report['differencePoints']:+.2f} ± {report['interval95']:.2f} points)"
        )
    return line


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", help="the QDQ model")
    parser.add_argument("images", help="a folder of images")
    parser.add_argument("programs", nargs="*", help="what 'intaglio run' takes")
    parser.add_argument("--record", help="a safetensors file to write")
    parser.add_argument("--every", type=int, default=8, help="leave out every so manieth image")
    parser.add_argument("--limit", type=int, default=0, help="as many images, evenly spaced")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--intaglio", default=".build/release/intaglio")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.record:
        paths, _ = images(arguments.images, 1, 0)
        paths = paths[: arguments.limit or 4]
        return record(arguments.model, paths, arguments.record, arguments.threads)
    paths, labels = images(arguments.images, arguments.every, arguments.limit)
    theirs = run_elsewhere(arguments.model, paths, arguments.threads)
    reports = [
        comparison(
            program,
            run_here(arguments.intaglio, program, paths, theirs.shape[1]),
            theirs,
            labels,
        )
        for program in arguments.programs
    ]
    version = onnxruntime.__version__
    if arguments.json:
        print(json.dumps({"onnxruntime": version, "comparisons": reports}, indent=2))
    else:
        print(f"ONNX Runtime {version}, {len(paths)} images")
        for report in reports:
            print(text(report))


if __name__ == "__main__":
    main()
