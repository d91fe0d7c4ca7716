#!/usr/bin/env python3
"""Post-training quantization by ONNX Runtime and NNCF, judged as `intaglio quantize` judges its own.

    python3 -m venv .venv && .venv/bin/pip install -r Scripts/quantization-peers.txt
    .venv/bin/python Scripts/quantization-peers.py MODEL.safetensors IMAGES ort:8/8 nncf:8/8

MODEL has timm's names; timm and torch.onnx write the float model as ONNX, which both peers read.
Everything else comes from others, too: Pillow's resampling, ONNX Runtime's quantize_static and its
runtime, NNCF and OpenVINO. Every eighth image of the folder calibrates, the others judge; names
begin with the number of the class. Several settings are tried for each peer, and the one of least
divergence on the judging images stands in the table, which is kind to the peer; the lines below
the table show all of them, and how many multiplications of matrices the runtime carries out on
integers. Seconds are those of the clock, as in our rows; CPU seconds stand in the lines below and in
--json FILE. --reference FILE.npy compares the float logits with logits that are known, of all
images in the order of their names.
"""

import argparse
import collections
import contextlib
import gc
import importlib
import json
import logging
import os
import pathlib
import sys
import tempfile
import time

os.environ.setdefault("NNCF_DISABLE_TELEMETRY", "1")
os.environ.setdefault("NNCFLOG_LEVEL", "ERROR")

import numpy as np

qdq = importlib.import_module("check-qdq")  # its images, preparation and probabilities

PEERS = ("ort:8/8", "nncf:8/8")
# What ONNX Runtime computes from codes, and what it computes from reals.
INTEGER_PRODUCTS = {
    "MatMulInteger",
    "MatMulIntegerToFloat",
    "QLinearMatMul",
    "QGemm",
    "QLinearConv",
    "ConvInteger",
    "DynamicQuantizeMatMul",
    "QAttention",
}
REAL_PRODUCTS = {
    "MatMul",
    "Gemm",
    "Conv",
    "FusedMatMul",
    "FusedGemm",
    "FusedConv",
    "Attention",
    "MultiHeadAttention",
}


# The float model


def configuration(model):
    """timm's architecture, and the image preparation in the words of check-qdq."""
    import timm
    from safetensors import safe_open

    with safe_open(model, "pt") as file:
        stated = dict(file.metadata() or {})
    for beside in (
        pathlib.Path(model).with_suffix(".json"),
        pathlib.Path(model).with_name("config.json"),
    ):
        if beside.exists():
            stated |= json.loads(beside.read_text())
            break
    named = stated.get("architecture") or stated.get("arch") or pathlib.Path(model).stem
    architecture = named.removeprefix("timm ")
    preset = timm.create_model(architecture).pretrained_cfg
    stated = {
        key: stated.get(key, preset[key])
        for key in ("mean", "std", "crop_pct", "input_size", "interpolation")
    }
    channels, edge, _ = stated["input_size"]
    return architecture, {
        "num_channels": str(channels),
        "interpolation": stated["interpolation"],
        "do_resize": "true",
        "size": json.dumps({"shortest_edge": int(edge / stated["crop_pct"])}),
        "do_center_crop": "true",
        "crop_size": json.dumps({"height": edge, "width": edge}),
        "mean": json.dumps(list(stated["mean"])),
        "std": json.dumps(list(stated["std"])),
    }


def exported(model, architecture, shape, file):
    """Writes the float model as ONNX, as torch's tracing exporter does."""
    import timm
    import torch
    from safetensors.torch import load_file
    from timm.layers import set_fused_attn

    set_fused_attn(False)
    weights = {name: tensor.float() for name, tensor in load_file(model).items()}
    network = timm.create_model(architecture, num_classes=len(weights["head.weight"])).eval()
    network.load_state_dict(weights)
    torch.onnx.export(
        network,
        (torch.zeros(1, *shape),),
        file,
        opset_version=17,
        input_names=["x"],
        output_names=["y"],
        dynamo=False,
    )


# ONNX Runtime


def ort_session(file, threads, optimized=None):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    if optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = optimized
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def ort_logits(file, inputs, threads):
    """Logits [images, classes], with the optimizations that ONNX Runtime has by default."""
    session = ort_session(file, threads)
    return np.stack([session.run(None, {"x": x})[0].reshape(-1) for x in inputs]).astype(np.float64)


def ort_products(file, scratch):
    """After optimization: how many products read codes, how many reals, and the other operators."""
    import onnx

    optimized = f"{scratch}/optimized.onnx"
    ort_session(file, 1, optimized)
    kinds = collections.Counter(node.op_type for node in onnx.load(optimized).graph.node)
    codes = sum(kinds[kind] for kind in INTEGER_PRODUCTS)
    reals = sum(kinds[kind] for kind in REAL_PRODUCTS)
    others = {
        kind: n for kind, n in kinds.most_common() if kind not in INTEGER_PRODUCTS | REAL_PRODUCTS
    }
    return codes, reals, others


def products_of_values(file):
    """The names of multiplications of two computed matrices."""
    import onnx

    graph = onnx.load(file).graph
    constants = {tensor.name for tensor in graph.initializer}
    products = [node for node in graph.node if node.op_type == "MatMul"]
    return [node.name for node in products if not constants & set(node.input)]


def ort_settings():
    """Name, method of calibration, type of activations, and what is quantized.

    S8S8 has the codes of U8S8 less 128, so one method shows it."""
    from onnxruntime.quantization import CalibrationMethod, QuantType

    minmax, unsigned = CalibrationMethod.MinMax, QuantType.QUInt8
    products = {"op_types_to_quantize": ["MatMul", "Gemm", "Conv"]}
    yield "U8S8 MinMax", minmax, unsigned, products
    yield "U8S8 Percentile", CalibrationMethod.Percentile, unsigned, products
    yield "U8S8 Entropy", CalibrationMethod.Entropy, unsigned, products
    yield "S8S8 MinMax", minmax, QuantType.QInt8, products
    yield "U8S8 MinMax, linear layers alone", minmax, unsigned, products | {"linear": True}
    yield "U8S8 MinMax, every operator", minmax, unsigned, {}


def ort_tries(float_model, calibration, judging, scratch, threads):
    """Each setting's name, seconds, CPU seconds, bytes, logits and products."""
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.rest = iter(calibration)

        def get_next(self):
            x = next(self.rest, None)
            return None if x is None else {"x": x}

    for name, method, element, options in ort_settings():
        prepared, file = f"{scratch}/prepared.onnx", f"{scratch}/quantized.onnx"
        clock = Clock()
        quant_pre_process(float_model, prepared)
        if options.pop("linear", False):
            options["nodes_to_exclude"] = products_of_values(prepared)
        quantize_static(
            prepared,
            file,
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=element,
            weight_type=QuantType.QInt8,
            calibrate_method=method,
            extra_options={"CalibMaxIntermediateOutputs": 8},
            **options,
        )
        wall, cpu = clock.read()
        size = os.path.getsize(file)
        yield name, wall, cpu, size, ort_logits(file, judging, threads), ort_products(file, scratch)


# NNCF


def openvino_compiled(model, threads):
    import openvino

    properties = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    return openvino.Core().compile_model(model, "CPU", properties)


def openvino_products(quantized, compiled):
    """How many products read codes, how many reals, and the other layers, as the runtime says.

    A layer of its own says how it computes; q·k stands in one layer with softmax and P·v, and reads
    codes where that layer reads any and both operands are quantized in the graph."""
    codes, fused, others = 0, set(), collections.Counter()
    for layer in compiled.get_runtime_model().get_ops():
        details = {
            key: str(value.astype(str))
            for key, value in layer.get_rt_info().items()
            if hasattr(value, "astype")
        }
        on_integers = details.get("runtimePrecision") in ("i8", "u8")
        kind = details.get("layerType", layer.get_type_name())
        if kind in ("FullyConnected", "MatMul", "Convolution"):
            codes += on_integers
            continue
        if kind == "Subgraph" and on_integers:
            fused.update(details.get("originalLayersNames", "").split(","))
        if kind not in ("Const", "Constant", "Input", "Output"):
            others[kind] += 1

    def has_codes(value):
        source = value.get_source_output().get_node()
        while source.get_type_name() in ("Reshape", "Transpose"):
            source = source.input(0).get_source_output().get_node()
        return source.get_type_name() == "FakeQuantize"

    products = [op for op in quantized.get_ops() if op.get_type_name() in ("MatMul", "Convolution")]
    codes += sum(
        op.get_friendly_name() in fused and all(map(has_codes, op.inputs())) for op in products
    )
    return codes, len(products) - codes, dict(others.most_common())


def nncf_settings(nncf):
    """Name and options; the first is what NNCF does by default for transformers."""
    without = nncf.AdvancedQuantizationParameters(
        smooth_quant_alphas=nncf.AdvancedSmoothQuantParameters(matmul=-1, convolution=-1)
    )
    yield "transformer (smooth quant, fast bias correction)", {}
    yield "transformer without smooth quant", {"advanced_parameters": without}
    yield "transformer, performance preset", {"preset": nncf.QuantizationPreset.PERFORMANCE}


def nncf_tries(float_model, calibration, judging, scratch, threads):
    """Each setting's name, seconds, CPU seconds, bytes, logits and products."""
    import nncf
    import openvino

    for name, options in nncf_settings(nncf):
        clock = Clock()
        quantized = nncf.quantize(
            openvino.Core().read_model(float_model),
            nncf.Dataset(calibration),
            subset_size=len(calibration),
            model_type=nncf.ModelType.TRANSFORMER,
            **options,
        )
        wall, cpu = clock.read()
        openvino.save_model(quantized, f"{scratch}/quantized.xml", compress_to_fp16=False)
        size = sum(os.path.getsize(f"{scratch}/quantized.{end}") for end in ("xml", "bin"))
        compiled = openvino_compiled(quantized, threads)
        logits = np.stack([compiled(x)[0].reshape(-1) for x in judging]).astype(np.float64)
        yield name, wall, cpu, size, logits, openvino_products(quantized, compiled)


# Judging


class Clock:
    """Seconds by the clock and by the processor since it was made."""

    def __init__(self):
        self.start = time.time(), time.process_time()

    def read(self):
        return time.time() - self.start[0], time.process_time() - self.start[1]


def judged(peer, found, reference, labels):
    """What `intaglio quantize --data` prints, of one setting of a peer."""
    name, wall, cpu, size, logits, (codes, reals, others) = found
    figures = qdq.comparison(name, logits, reference, labels)
    return {
        "width": peer,
        "setting": name,
        "top1": figures["top1"],
        "dropPoints": 0.0 - figures["differencePoints"],
        "dropInterval95": [sign * figures["interval95"] - figures["differencePoints"] for sign in (-1, 1)],
        "divergence": figures["divergence"],
        "sameAnswers": figures["sameAnswers"] / figures["images"],
        "seconds": wall,
        "cpuSeconds": cpu,
        "bytes": size,
        "integerProducts": codes,
        "realProducts": reals,
        "otherOperators": others,
    }


def drop(one):
    return f"{one['dropPoints']:.2f} ({one['dropInterval95'][0]:.2f} to {one['dropInterval95'][1]:.2f})"


def row(one):
    return (
        f"| {one['width']} | {one['top1'] * 100:.2f} % "
        f"| {drop(one)} "
        f"| {one['divergence']:.4f} | {one['sameAnswers'] * 100:.1f} % "
        f"| {one['seconds']:.0f} | {one['bytes']:,} |"
    )


def line(one):
    others = ", ".join(f"{kind} {n}" for kind, n in one["otherOperators"].items())
    products = one["integerProducts"] + one["realProducts"]
    return (
        f"- {one['width']}, {one['setting']}: top-1 {one['top1'] * 100:.2f} %, "
        f"drop {drop(one)}, "
        f"KL {one['divergence']:.4f}, same answers {one['sameAnswers'] * 100:.1f} %, "
        f"{one['cpuSeconds']:.0f} CPU seconds; "
        f"{one['integerProducts']} of {products} products on integers; others: {others}"
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", help="a safetensors file with timm's names")
    parser.add_argument(
        "images", help="a folder of images whose names begin with the number of their class"
    )
    parser.add_argument("peers", nargs="+", choices=PEERS)
    parser.add_argument("--every", type=int, default=8, help="every how many images one calibrates")
    parser.add_argument(
        "--limit", type=int, default=0, help="as many images to judge on, evenly spaced"
    )
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--reference", help="known float logits [images, classes] as .npy")
    parser.add_argument("--json", help="a file for the figures of every setting")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    # NNCF has no option for it: the process gets as many processors as threads.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.threads])

    everything, _ = qdq.images(arguments.images, 1, 0)
    paths, labels = qdq.images(arguments.images, arguments.every, arguments.limit)
    if None in labels:
        sys.exit(f"{arguments.images}: the name of every image begins with the number of its class")
    architecture, settings = configuration(arguments.model)
    calibration = [qdq.prepared(path, settings) for path in everything[:: arguments.every]]
    judging = [qdq.prepared(path, settings) for path in paths]
    reports = []
    with tempfile.TemporaryDirectory() as scratch:
        float_model = f"{scratch}/float.onnx"
        exported(arguments.model, architecture, judging[0].shape[1:], float_model)
        reference = ort_logits(float_model, judging, arguments.threads)
        if arguments.reference:
            places = {path: place for place, path in enumerate(everything)}
            known = np.load(arguments.reference)[[places[path] for path in paths]]
            apart = np.abs(known - reference)
            print(
                f"float logits apart by {apart.mean():.2g} in the mean, {apart.max():.2g} at most",
                file=sys.stderr,
            )
        # Both peers show their progress on standard output, where the table belongs.
        with contextlib.redirect_stdout(sys.stderr):
            for peer in arguments.peers:
                tries = ort_tries if peer.startswith("ort") else nncf_tries
                for found in tries(float_model, calibration, judging, scratch, arguments.threads):
                    reports.append(judged(peer, found, reference, labels))
                    print(line(reports[-1]), flush=True)
                    gc.collect()
    best = [
        min((r for r in reports if r["width"] == peer), key=lambda r: r["divergence"])
        for peer in arguments.peers
    ]
    print("\n".join(map(row, best)), end="\n\n")
    print("\n".join(map(line, reports)))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(reports, indent=1))


if __name__ == "__main__":
    main()
