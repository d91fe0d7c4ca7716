"""Runs ONNX's own tests of single operators through Intaglio, and counts what is right, refused and wrong.

    python3 Tests/Scripts/onnx_node_tests.py DIR [--only PATTERN] [--intaglio .build/release/intaglio] [--all]

Needs onnx. Every test is tried twice: with its float inputs as parts of one input `[1, n]` of the model (`data`),
and with all of them as constants (`known`). Its outputs become one row of reals. Models and inputs are written to
DIR. Operators that Intaglio does not know are left out unless `--all`. The last line must say `0 wrong`.
"""

import argparse
import collections
import fnmatch
import json
import os
import subprocess
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

warnings.simplefilter("ignore")
NEWEST = 26  # the newest operator set that is known; newer ones extend types
REALS = (np.float16, np.float32, np.float64)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--only", default="*", help="patterns of names, between commas")
    parser.add_argument("--expanded", action="store_true", help="functions written in pieces too")
    parser.add_argument("--intaglio", default=".build/release/intaglio")
    parser.add_argument("--all", action="store_true", help="unknown operators too")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    from onnx.backend.test.case.node import collect_testcases

    counts, reasons, wrong = collections.Counter(), collections.Counter(), []
    for case in collect_testcases(None):
        wanted = any(fnmatch.fnmatch(case.name, pattern) for pattern in options.only.split(","))
        if not wanted or not case.data_sets or "_expanded" in case.name and not options.expanded:
            continue
        for mode in ("data", "known"):
            try:
                model, x, expected = wrapped(case, mode)
            except NotTensors:
                counts["no tensors"] += 1
                continue
            if model is None:
                continue
            outcome, detail = attempt(case.name, mode, model, x, expected, case, options)
            counts[outcome] += 1
            if outcome == "wrong":
                wrong.append(f"{case.name} ({mode}): {detail}")
            if outcome == "refused":
                reasons[f"{case.model.graph.node[0].op_type}: {detail}"] += 1
    for reason, count in sorted(reasons.items()):
        print(f"refused {count:4}  {reason}")
    for line in wrong:
        print("wrong  ", line)
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) + f"; {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


class NotTensors(Exception):
    pass


def wrapped(case, mode):
    """The test as a model of one input and one output, its input, and what it must give."""
    inputs, outputs = (list(values) for values in case.data_sets[0])
    if not all(isinstance(v, np.ndarray) or np.isscalar(v) for v in inputs + outputs):
        raise NotTensors
    inputs, outputs = [np.asarray(v) for v in inputs], [np.asarray(v) for v in outputs]
    if any(v.dtype.kind in "OUSc" or v.dtype.kind == "V" for v in inputs + outputs):
        raise NotTensors
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    for used in model.opset_import:
        used.version = min(used.version, NEWEST)
    graph = model.graph
    names = [value.name for value in graph.input]
    del graph.input[:]
    nodes, parts, start = [], [], 0
    for name, value in zip(names, inputs, strict=False):
        if mode == "data" and value.dtype.type in REALS and value.size:
            end = start + value.size
            for what, number in (("start", start), ("end", end), ("axis", 1)):
                graph.initializer.append(numpy_helper.from_array(np.array([number], np.int64), f"{name}!{what}"))
            graph.initializer.append(
                numpy_helper.from_array(np.array(value.shape, np.int64), f"{name}!shape")
            )
            slice_names = [f"{name}!start", f"{name}!end", f"{name}!axis"]
            nodes.append(helper.make_node("Slice", ["x!", *slice_names], [f"{name}!flat"]))
            nodes.append(helper.make_node("Reshape", [f"{name}!flat", f"{name}!shape"], [name]))
            parts.append(np.ravel(value).astype(np.float32))
            start = end
        else:
            graph.initializer.append(numpy_helper.from_array(value, name))
    if mode == "data" and not parts:
        return None, None, None
    x = np.concatenate(parts)[None] if parts else np.zeros((1, 1), np.float32)
    graph.input.append(helper.make_tensor_value_info("x!", TensorProto.FLOAT, x.shape))
    graph.initializer.append(numpy_helper.from_array(np.array([1, -1], np.int64), "!row"))
    rows, expected, last = [], [], []
    for value, output in zip(outputs, list(graph.output), strict=True):
        if not value.size:
            continue
        name = output.name
        if value.dtype != np.float32:
            last.append(helper.make_node("Cast", [name], [f"{name}!real"], to=TensorProto.FLOAT))
            name = f"{name}!real"
        last.append(helper.make_node("Reshape", [name, "!row"], [f"{name}!row"]))
        rows.append(f"{name}!row")
        expected.append(np.ravel(value).astype(np.float32))
    if not rows:
        return None, None, None
    last.append(helper.make_node("Concat", rows, ["y!"], axis=1))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("y!", TensorProto.FLOAT, [1, sum(e.size for e in expected)]))
    middle = list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes + middle + last)
    return model, x, np.concatenate(expected)


def attempt(name, mode, model, x, expected, case, options):
    path = os.path.join(options.folder, f"{name}.{mode}.onnx")
    onnx.save(model, path)
    np.save(path + ".npy", x)
    done = subprocess.run(
        [options.intaglio, "run", "float32:" + path, path + ".npy", "--json", "--top", str(max(1, expected.size))],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    if done.returncode < 0 or done.returncode in (132, 133, 134, 139):
        return "wrong", f"ended by signal {done.returncode}"
    if done.returncode != 0:
        message = (done.stderr.strip().splitlines() or ["no message"])[0]
        if "not known" in message or "unknown operator" in message.lower():
            return ("refused" if options.all else "unknown"), message.split(".onnx: ", 1)[-1][:140]
        return "refused", message.split(".onnx: ", 1)[-1][:140]
    classes = json.loads(done.stdout)[0]["classes"]
    found = np.full(len(classes), np.nan, np.float32)
    for entry in classes:
        found[entry["index"]] = np.nan if entry["logit"] is None else float(entry["logit"])
    if found.shape != expected.shape:
        return "wrong", f"{found.size} numbers, not {expected.size}"
    tolerance = max(case.rtol, 2e-3 if any(v.dtype == np.float16 for v in case.data_sets[0][1]) else 1e-4)
    # JSON has no infinities.
    found = np.where(np.isnan(found) & ~np.isfinite(expected), expected, found)
    if np.allclose(found, expected, rtol=tolerance, atol=1e-5, equal_nan=True):
        return "passed", ""
    return "wrong", f"{found[:6]} instead of {expected[:6]}"


if __name__ == "__main__":
    main()
