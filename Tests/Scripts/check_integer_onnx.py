#!/usr/bin/env python3
"""Compares an integer ONNX file with the program that it was written from, code by code.

    intaglio export MODEL.intaglio -o MODEL.integer.onnx
    intaglio compare integer-only:MODEL.intaglio integer-only:MODEL.intaglio --data IMAGES --limit N --record R.safetensors
    check_integer_onnx.py MODEL.integer.onnx R.safetensors

R holds what the program computed for N images: the codes of every quantizer, what they were made of, and the
logits. ONNX Runtime is given the same codes of the input (all that the first quantizer made, fed in its place),
and every code of every layer must be equal, every logit within float32's rounding. Exit code 1 where one is not.
"""

import sys

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file


def with_codes_as_input(model, first):
    """The same model with the codes `first` as its input, and every named integer as an output."""
    graph = model.graph
    made = {name for node in graph.node for name in node.output}
    if first not in made:
        raise SystemExit(f"{first}: expected a tensor of the model, found none of that name")
    # Everything that nobody needs once the codes come from outside.
    shapes = onnx.shape_inference.infer_shapes(model).graph.value_info
    types = {value.name: value.type for value in shapes}
    keep = []
    for node in graph.node:
        if first in node.output:
            continue
        keep.append(node)
    needed = {output.name for output in graph.output}
    kept = []
    for node in reversed(keep):
        if any(name in needed for name in node.output):
            kept.append(node)
            needed.update(node.input)
    del graph.node[:]
    graph.node.extend(reversed(kept))
    del graph.input[:]
    graph.input.append(onnx.helper.make_value_info(first, types[first]))
    return {name for node in graph.node for name in node.output}


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    record = load_file(sys.argv[2])
    codes = {name.removesuffix(".codes"): value for name, value in record.items() if name.endswith(".codes")}
    model = onnx.load(sys.argv[1])
    onnx.checker.check_model(model)
    first = next(
        (output for node in model.graph.node for output in node.output if output in codes), None
    )
    if first is None:
        raise SystemExit(f"{sys.argv[1]}: no tensor has a name of the record's")
    tensors = with_codes_as_input(model, first)
    names = [name for name in codes if name in tensors]
    known = {output.name for output in model.graph.output}
    for name in names:
        if name not in known:
            model.graph.output.append(onnx.ValueInfoProto(name=name))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    entry = session.get_inputs()[0]
    kind = {"tensor(int8)": np.int8, "tensor(uint8)": np.uint8, "tensor(int32)": np.int32}[entry.type]
    outputs = [output.name for output in session.get_outputs()]
    wrong, compared, farthest = 0, 0, 0.0
    for image in range(len(codes[first])):
        feed = codes[first][image].astype(kind).reshape(entry.shape)
        found = dict(zip(outputs, session.run(None, {entry.name: feed})))
        for name in names:
            expected = codes[name][image].astype(np.int64).ravel()
            actual = found[name].astype(np.int64).ravel()
            if expected.shape != actual.shape:
                raise SystemExit(f"{name}: expected {expected.shape} codes, found {actual.shape}")
            different = int((expected != actual).sum())
            if different:
                print(f"image {image}: {name}: {different} of {len(expected)} codes differ")
            wrong += different
            compared += len(expected)
        if "logits" in record and "logits" in found:
            expected = record["logits"][image].ravel()
            actual = found["logits"].ravel()
            scale = max(float(np.abs(expected).max()), 1e-30)
            farthest = max(farthest, float(np.abs(expected - actual).max()) / scale)
    missing = sorted(set(codes) - set(names) - {first})
    print(f"{len(names)} layers, {compared} codes, {wrong} differ; logits within {farthest:.1e} of the largest")
    if missing:
        print("not in the file: " + ", ".join(missing))
    sys.exit(1 if wrong or farthest > 1e-5 or missing else 0)


if __name__ == "__main__":
    main()
