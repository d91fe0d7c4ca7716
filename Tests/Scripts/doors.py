"""Makes model files with the tools that people use, and tries Intaglio on them.

    python3 Tests/Scripts/doors.py make DIR [--only PATTERN]
    python3 Tests/Scripts/doors.py try DIR [--only PATTERN] [--intaglio .build/release/intaglio]

Needs torch, timm, transformers, onnx, onnxruntime, onnxscript; nncf and brevitas for their files. Weights
are random, so nothing is downloaded. Every file gets two images of its own (`images.npy`) and the answers of
the tool that wrote it or of ONNX Runtime (`logits.npy`). `try` prints a line for each: imported, how many
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
            np.save(os.path.join(folder, "images.npy"), images)
            np.save(os.path.join(folder, "logits.npy"), logits)
            print(f"{name}: written", flush=True)
        except Exception as error:
            failed += 1
            with open(os.path.join(folder, "failed.txt"), "w") as file:
                traceback.print_exc(file=file)
            print(f"{name}: the tool itself failed: {str(error).splitlines()[:1]}", flush=True)
    print(f"{failed} could not be made")


def made(options):
    for name in doors_files.FILES:
        known = os.path.exists(os.path.join(options.folder, name, "logits.npy"))
        if known and fnmatch.fnmatch(name, options.only):
            yield name


def attempt(name, options):
    folder = os.path.abspath(os.path.join(options.folder, name))
    model = model_of(folder)
    expected = np.load(os.path.join(folder, "logits.npy"))
    images = np.load(os.path.join(folder, "images.npy"))
    row = dict(name=name, imported=False, total="", integer="", difference=None, integer_only="", note="")
    code, out, error = call(options, "inspect", model, "--json")
    if code != 0:
        row["note"] = first_line(error)
        return row
    row["imported"] = True
    products = json.loads(out)["multiplications"]
    row["total"], row["integer"] = len(products), sum(p["verdict"] != "blocked" for p in products)
    answers = []
    for index, image in enumerate(images):
        path = os.path.join(folder, f"image{index}.npy")
        np.save(path, image[None])
        code, out, error = call(options, "run", "float32:" + model, path, "--json")
        if code != 0:
            row["note"] = first_line(error)
            return row
        answers.append(np.array(json.loads(out)["logits"]).ravel())
    answers, expected = np.array(answers), expected.reshape(len(images), -1)
    if answers.shape != expected.shape:
        row["note"] = f"{answers.shape[1]} numbers, the tool gave {expected.shape[1]}"
        return row
    span = float(np.ptp(expected)) or 1.0
    row["difference"] = float(np.abs(answers - expected).max()) / span
    if row["integer"]:
        program = os.path.join(folder, "program.intaglio")
        calibration = os.path.join(folder, "calibration")
        os.makedirs(calibration, exist_ok=True)
        for index, image in enumerate(images):
            np.save(os.path.join(calibration, f"{index}.npy"), image[None])
        code, _, error = call(
            options, "integerize", model, "--nonlinear", "integer", "--calibration", calibration, "-o", program
        )
        row["integer_only"] = "yes" if code == 0 else "no"
        if code != 0:
            row["note"] = first_line(error)
    return row


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
        done = subprocess.run(
            [options.intaglio, *arguments], capture_output=True, text=True, timeout=300
        )
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
    right = [row for row in rows if row["difference"] is not None and row["difference"] <= 1e-3]
    only = [row for row in rows if row["integer_only"] == "yes"]
    print(f"{len(rows)} files, {len(right)} imported with the tool's answer, {len(only)} integer-only")


if __name__ == "__main__":
    main()
