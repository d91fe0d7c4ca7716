"""ONNX files with operators that a runtime's optimizer fused, and quantized ones of a whole DeiT-S."""

import io
import os
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
import torch
from doors_base import CLASSES, FILES, export, file, images_for, runtime_answers, seeded
from doors_quantized import small_vit, float_onnx, reader, runtime_static, runtime_dynamic


def optimized(source, path, level):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.optimized_model_filepath = path
    onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def optimized_after(write_source, level="ORT_ENABLE_EXTENDED"):
    """What ONNX Runtime makes of a quantized model before it runs it."""

    def write(folder):
        inner = os.path.join(folder, "before")
        os.makedirs(inner, exist_ok=True)
        write_source(inner)
        path = os.path.join(folder, "model.onnx")
        optimized(os.path.join(inner, "model.onnx"), path, level)
        images = images_for(32)
        return images, runtime_answers(path, images)

    return write


FILES["ort/dynamic-optimized"] = optimized_after(runtime_dynamic)
FILES["ort/qdq-optimized"] = optimized_after(runtime_static())
FILES["ort/qdq-s8-optimized"] = optimized_after(FILES["ort/qdq-s8"])
FILES["ort/qdq-relu-optimized"] = optimized_after(FILES["ort/qdq-relu"])


@file("ort/blocks-qdq")
def runtime_blocks(folder):
    """DequantizeLinear with blocks of 32 rows."""
    import onnx
    from onnxruntime.quantization import QuantFormat
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    path = os.path.join(folder, "model.onnx")
    source = onnx.load(float_onnx(folder, dynamo=True, opset=21))
    quantizer = MatMulNBitsQuantizer(
        source, bits=4, block_size=32, is_symmetric=True, quant_format=QuantFormat.QDQ
    )
    quantizer.process()
    onnx.save(quantizer.model.model, path)
    images = images_for(32)
    return images, runtime_answers(path, images)


def fused_attention(quantized):
    """Attention as one node, as ONNX Runtime's optimizer for BERT finds it; with codes as QAttention."""

    def write(folder):
        import onnx
        from onnx import TensorProto, helper, numpy_helper

        rng = np.random.default_rng(3)
        width, tokens, heads = 64, 16, 2
        weights = {
            "w": rng.standard_normal((width, 3 * width)) / 8,
            "b": 0.1 * rng.standard_normal(3 * width),
            "p": rng.standard_normal((width, CLASSES)) / 8,
            "k": rng.standard_normal((width, 3, 8, 8)) / 14,
        }
        constants = [numpy_helper.from_array(v.astype(np.float32), k) for k, v in weights.items()]
        constants.append(numpy_helper.from_array(np.array([1, width, tokens]), "shape"))
        nodes = [
            helper.make_node("Conv", ["image", "k"], ["c"], "patches", strides=[8, 8]),
            helper.make_node("Reshape", ["c", "shape"], ["r"]),
            helper.make_node("Transpose", ["r"], ["x"], perm=[0, 2, 1]),
            helper.make_node(
                "Attention", ["x", "w", "b"], ["a"], "attention", domain="com.microsoft", num_heads=heads
            ),
            helper.make_node("ReduceMean", ["a"], ["m"], axes=[1], keepdims=0),
            helper.make_node("MatMul", ["m", "p"], ["logits"], "head"),
        ]
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            nodes,
            "attention",
            [value("image", TensorProto.FLOAT, [1, 3, 32, 32])],
            [value("logits", TensorProto.FLOAT, [1, CLASSES])],
            constants,
        )
        sets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        source = os.path.join(folder, "float.onnx" if quantized else "model.onnx")
        onnx.save(helper.make_model(graph, opset_imports=sets, ir_version=8), source)
        path = os.path.join(folder, "model.onnx")
        if quantized:
            import onnxruntime.quantization as q

            q.quantize_dynamic(source, path) if quantized == "dynamic" else q.quantize_static(
                source, path, reader(), quant_format=q.QuantFormat.QOperator
            )
        images = images_for(32)
        return images, runtime_answers(path, images)

    return write


FILES["ort/attention"] = fused_attention(None)
FILES["ort/attention-static"] = fused_attention("static")
FILES["ort/attention-dynamic"] = fused_attention("dynamic")


@file("torch/functions")
def torch_functions(folder):
    """PyTorch's exporter without its optimizer leaves operators that the file defines itself."""
    images = images_for(32)
    path = os.path.join(folder, "model.onnx")
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), torch.no_grad():
        program = torch.onnx.export(
            small_vit(), (torch.from_numpy(images[:1]),), dynamo=True, optimize=False,
            export_modules_as_functions=False, input_names=["image"], output_names=["logits"],
        )  # fmt: skip
    program.save(path)
    return images, runtime_answers(path, images)


def deit_small(form):
    """DeiT-S of its true size, quantized statically."""

    def write(folder):
        import onnxruntime.quantization as q
        import timm

        source = os.path.join(folder, "float.onnx")
        model = seeded(lambda: timm.create_model("deit_small_patch16_224", num_classes=CLASSES))
        images = images_for(224)
        export(model, images, source, dynamo=False)
        path = os.path.join(folder, "model.onnx")
        if form == "dynamic":
            q.quantize_dynamic(source, path)
        else:

            class Reader(q.CalibrationDataReader):
                left = iter(images_for(224, 2, seed=9))

                def get_next(self):
                    image = next(self.left, None)
                    return None if image is None else {"image": image[None]}

            q.quantize_static(
                source, path, Reader(), quant_format=getattr(q.QuantFormat, form), per_channel=True
            )
        return images, runtime_answers(path, images)

    return write




for _form in ("QOperator", "QDQ", "dynamic"):
    FILES[f"deit-s/{_form.lower()}"] = deit_small(_form)
