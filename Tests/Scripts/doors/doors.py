"""Makes model files with the tools that people use, and tries Intaglio on them.

    python3 Tests/Scripts/doors/doors.py make DIR [--only PATTERN]
    python3 Tests/Scripts/doors/doors.py try DIR [--only PATTERN] [--intaglio .build/release/intaglio]

Needs torch, timm, transformers, onnx, onnxruntime, onnxscript; nncf and brevitas for their files. Weights
are random, so nothing is downloaded. Every file gets eight images (`images`) and, for the first two, the answers
of the tool that wrote it or of ONNX Runtime (`logits.npy`). `try` prints a line for each: imported, how many
multiplications are on integers, how far the float32 answers are from the tool's (as a share of their range),
and whether an integer-only program comes out.
"""

import argparse
import fnmatch
import json
import os
import subprocess
import sys
import traceback

import doors_files
import numpy as np
from PIL import Image


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("job", choices=["make", "try"])
    parser.add_argument("folder")
    parser.add_argument("--only", default="*", help="names, such as 'timm/*'")
    parser.add_argument("--intaglio", default=".build/release/intaglio")
    parser.add_argument("--json", help="write the table's rows to this file")
    options = parser.parse_args()
    if options.job == "make":
        make(options)
    else:
        rows = [attempt(name, options) for name in made(options)]
        report(rows)
        if options.json:
            with open(options.json, "w") as file:
                json.dump(rows, file, indent=1)


def make(options):
    """Writes what is not there yet; a tool that fails leaves a note and no file."""
    failed = 0
    for name, write in doors_files.FILES.items():
        folder = os.path.join(options.folder, name)
        if not fnmatch.fnmatch(name, options.only) or os.path.exists(os.path.join(folder, "logits.npy")):
            continue
        os.makedirs(folder, exist_ok=True)
        try:
            images, logits = write(folder)
            write_images(folder, images.shape[-1])
            np.save(os.path.join(folder, "logits.npy"), logits)
            print(f"{name}: written", flush=True)
        except Exception as error:
            failed += 1
            with open(os.path.join(folder, "failed.txt"), "w") as file:
                traceback.print_exc(file=file)
            print(f"{name}: the tool itself failed: {str(error).splitlines()[:1]}", flush=True)
    print(f"{failed} could not be made")


def write_images(folder, size):
    """Eight images as files, the first two those of the answers, and how they become the input."""
    os.makedirs(os.path.join(folder, "images"), exist_ok=True)
    pixels = list(doors_files.pixels_for(size)) + list(doors_files.pixels_for(size, 6, seed=9))
    for index, image in enumerate(pixels):
        Image.fromarray(image).save(os.path.join(folder, "images", f"{index}.png"))
    settings = os.path.join(folder, "model.json")
    if not os.path.exists(settings) and not os.path.exists(os.path.join(folder, "hub")):
        with open(settings, "w") as file:
            json.dump({"mean": [0.5] * 3, "std": [0.5] * 3}, file)


def made(options):
    for name in doors_files.FILES:
        known = os.path.exists(os.path.join(options.folder, name, "logits.npy"))
        if known and fnmatch.fnmatch(name, options.only):
            yield name


def attempt(name, options):
    folder = os.path.abspath(os.path.join(options.folder, name))
    model = model_of(folder)
    expected = np.load(os.path.join(folder, "logits.npy"))
    images = os.path.join(folder, "images")
    row = dict(name=name, imported=False, total="", integer="", difference=None, integer_only="", note="")
    code, out, error = call(options, "inspect", model, "--json")
    if code != 0:
        row["note"] = first_line(error)
        return row
    row["imported"] = True
    products = json.loads(out)["matmuls"]
    row["total"], row["integer"] = products["total"], products["integerAfterReordering"]
    files = [os.path.join(images, f"{index}.png") for index in range(len(expected))]
    count = str(expected[0].size)
    code, out, error = call(options, "run", "float32:" + model, *files, "--json", "--top", count)
    if code != 0:
        row["note"] = first_line(error)
        return row
    answers = np.array([logits_of(answer) for answer in json.loads(out)])
    expected = expected.reshape(len(expected), -1)
    if answers.shape != expected.shape:
        row["note"] = f"{answers.shape[1]} numbers, the tool gave {expected.shape[1]}"
        return row
    span = float(np.ptp(expected)) or 1.0
    row["difference"] = float(np.abs(answers - expected).max()) / span
    if row["integer"]:
        program = os.path.join(folder, "program.intaglio")
        code, _, error = call(
            options, "integerize", model, "--nonlinear", "integer", "--calibration", images, "-o", program
        )
        row["integer_only"] = "yes" if code == 0 else "no"
        if code != 0:
            row["note"] = first_line(error)
    return row


def logits_of(answer):
    """All numbers of one answer, by class."""
    classes = sorted(answer["classes"], key=lambda found: found["index"])
    return [np.nan if found["logit"] is None else found["logit"] for found in classes]


def model_of(folder):
    """The one model in `folder`: a file, or the folder itself where it is a model folder."""
    if os.path.exists(os.path.join(folder, "hub")):
        return os.path.join(folder, "hub")
    for name in sorted(os.listdir(folder)):
        if name.startswith("model.") and not name.endswith((".json", ".data")):
            return os.path.join(folder, name)
    sys.exit(f"{folder}: no model")


def call(options, *arguments):
    try:
        done = subprocess.run([options.intaglio, *arguments], capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        return 1, "", "more than 300 s"
    return done.returncode, done.stdout, done.stderr


def first_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return (lines or ["no message"])[0][:160]


def report(rows):
    width = max([len(row["name"]) for row in rows], default=4)
    print(f"{'file':{width}} imported  products  difference  integer-only  note")
    for row in rows:
        difference = "" if row["difference"] is None else f"{row['difference']:.1e}"
        products = f"{row['integer']}/{row['total']}" if row["imported"] else ""
        print(
            f"{row['name']:{width}} {'yes' if row['imported'] else 'no':8}  {products:>8}  {difference:>10}  "
            f"{row['integer_only']:12}  {row['note']}"
        )
    right = [row for row in rows if row["difference"] is not None and row["difference"] <= 1e-2]
    only = [row for row in rows if row["integer_only"] == "yes"]
    print(f"{len(rows)} files, {len(right)} imported with the tool's answer, {len(only)} integer-only")


if __name__ == "__main__":
    main()
