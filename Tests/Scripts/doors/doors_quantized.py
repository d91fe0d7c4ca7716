"""Quantized ONNX files of small ViTs, by ONNX Runtime, NNCF and Brevitas."""

import io
import os
from contextlib import redirect_stderr, redirect_stdout

import torch
from doors_base import CLASSES, FILES, export, file, images_for, runtime_answers, seeded, torch_answers


def small_vit(blocks=2, width=64, heads=2, act=None):
    import timm

    layers = dict(act_layer=act) if act else {}
    return seeded(
        lambda: timm.models.VisionTransformer(
            img_size=32,
            patch_size=8,
            embed_dim=width,
            depth=blocks,
            num_heads=heads,
            num_classes=CLASSES,
            **layers,
        )
    )


def float_onnx(folder, dynamo=False, opset=None, act=None):
    path = os.path.join(folder, "float.onnx")
    export(small_vit(act=act), images_for(32), path, dynamo, opset)
    return path


def reader(count=8):
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.images = iter(images_for(32, count, seed=9))

        def get_next(self):
            image = next(self.images, None)
            return None if image is None else {"image": image[None]}

    return Reader()


def runtime_static(dynamo=False, opset=None, act=None, prepare=True, **options):
    def write(folder):
        import onnxruntime.quantization as q

        source = float_onnx(folder, dynamo, opset, act)
        if prepare:
            from onnxruntime.quantization.shape_inference import quant_pre_process

            prepared = os.path.join(folder, "prepared.onnx")
            quant_pre_process(source, prepared, skip_symbolic_shape=True)
            source = prepared
        given = dict(options)
        for key in ("activation_type", "weight_type"):
            if key in given:
                given[key] = getattr(q.QuantType, given[key])
        given["quant_format"] = getattr(q.QuantFormat, given.pop("format", "QDQ"))
        path = os.path.join(folder, "model.onnx")
        q.quantize_static(source, path, reader(), **given)
        images = images_for(32)
        return images, runtime_answers(path, images)

    return write


FILES |= {
    "ort/qdq-default": runtime_static(),
    "ort/qdq-default-dynamo": runtime_static(dynamo=True),
    "ort/qdq-no-preprocess": runtime_static(prepare=False),
    "ort/qdq-opset14": runtime_static(opset=14),
    "ort/qdq-opset20": runtime_static(opset=20, dynamo=True),
    "ort/qdq-per-channel": runtime_static(per_channel=True),
    "ort/qdq-s8": runtime_static(activation_type="QInt8", weight_type="QInt8", per_channel=True),
    "ort/qdq-u8u8": runtime_static(activation_type="QUInt8", weight_type="QUInt8"),
    "ort/qdq-symmetric": runtime_static(
        activation_type="QInt8", weight_type="QInt8", extra_options=dict(ActivationSymmetric=True)
    ),
    "ort/qdq-int16": runtime_static(activation_type="QInt16", weight_type="QInt8"),
    "ort/qdq-matmul-only": runtime_static(op_types_to_quantize=["MatMul", "Gemm", "Conv"], per_channel=True),
    "ort/qdq-quickgelu": runtime_static(act="quick_gelu"),
    "ort/qdq-silu": runtime_static(act="silu"),
    "ort/qdq-gelu-tanh": runtime_static(act="gelu_tanh"),
    "ort/qdq-relu": runtime_static(act="relu"),
    "ort/qdq-hard-swish": runtime_static(act="hard_swish"),
    "ort/qoperator": runtime_static(format="QOperator"),
    "ort/qoperator-s8": runtime_static(
        format="QOperator", activation_type="QInt8", weight_type="QInt8", per_channel=True
    ),
    "ort/qoperator-relu": runtime_static(format="QOperator", act="relu"),
}  # fmt: skip


@file("ort/dynamic")
def runtime_dynamic(folder, **options):
    from onnxruntime.quantization import quantize_dynamic

    path = os.path.join(folder, "model.onnx")
    quantize_dynamic(float_onnx(folder), path, **options)
    images = images_for(32)
    return images, runtime_answers(path, images)


@file("ort/dynamic-matmul")
def runtime_dynamic_matmul(folder):
    return runtime_dynamic(folder, op_types_to_quantize=["MatMul"], per_channel=True)


def runtime_nbits(bits, block=32, symmetric=True):
    def write(folder):
        import onnx
        from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

        path = os.path.join(folder, "model.onnx")
        quantizer = MatMulNBitsQuantizer(
            onnx.load(float_onnx(folder)), bits=bits, block_size=block, is_symmetric=symmetric
        )
        quantizer.process()
        onnx.save(quantizer.model.model, path)
        images = images_for(32)
        return images, runtime_answers(path, images)

    return write


FILES["ort/matmul-4bits"] = runtime_nbits(4)
FILES["ort/matmul-4bits-asymmetric"] = runtime_nbits(4, symmetric=False)
FILES["ort/matmul-8bits"] = runtime_nbits(8)


@file("ort/fused-vit")
def runtime_fused(folder):
    """ONNX Runtime's optimizer for transformers: SkipLayerNormalization, BiasGelu, Attention…"""
    from onnxruntime.transformers import optimizer

    source, path = float_onnx(folder), os.path.join(folder, "model.onnx")
    fused = optimizer.optimize_model(source, model_type="vit", num_heads=2, hidden_size=64, opt_level=0)
    fused.save_model_to_file(path)
    images = images_for(32)
    return images, runtime_answers(path, images)


def runtime_basic(level):
    def write(folder):
        import onnxruntime

        path = os.path.join(folder, "model.onnx")
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
        options.optimized_model_filepath = path
        onnxruntime.InferenceSession(float_onnx(folder), options, providers=["CPUExecutionProvider"])
        images = images_for(32)
        return images, runtime_answers(path, images)

    return write


FILES["ort/optimized-basic"] = runtime_basic("ORT_ENABLE_BASIC")
FILES["ort/optimized-extended"] = runtime_basic("ORT_ENABLE_EXTENDED")


def nncf_static(**options):
    def write(folder):
        import nncf
        import onnx

        source = onnx.load(float_onnx(folder))
        data = nncf.Dataset(images_for(32, 8, seed=9), lambda x: {"image": x[None]})
        given = dict(options)
        if "preset" in given:
            given["preset"] = getattr(nncf.QuantizationPreset, given["preset"])
        if given.pop("transformer", False):
            given["model_type"] = nncf.ModelType.TRANSFORMER
        model = nncf.quantize(source, data, subset_size=8, **given)
        path = os.path.join(folder, "model.onnx")
        onnx.save(model, path)
        images = images_for(32)
        return images, runtime_answers(path, images)

    return write


FILES["nncf/default"] = nncf_static()
FILES["nncf/mixed"] = nncf_static(preset="MIXED")
FILES["nncf/transformer"] = nncf_static(transformer=True)


class BrevitasViT(torch.nn.Module):
    """One block of attention and MLP in Brevitas's layers, each with its own quantizers."""

    def __init__(self, bits, tokens=16, width=32):
        super().__init__()
        import brevitas.nn as qnn
        from brevitas.quant import Int8ActPerTensorFloat, Int8WeightPerTensorFloat, Uint8ActPerTensorFloat

        weights = dict(weight_quant=Int8WeightPerTensorFloat, weight_bit_width=bits)
        codes = dict(act_quant=Int8ActPerTensorFloat, bit_width=bits, return_quant_tensor=False)
        self.heads = 2
        self.patches = qnn.QuantConv2d(3, width, 8, 8, **weights)
        self.position = torch.nn.Parameter(0.1 * torch.randn(1, tokens, width))
        self.input_codes = qnn.QuantIdentity(**dict(codes, bit_width=8))
        self.norm1, self.norm2 = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.norm1_codes, self.norm2_codes = qnn.QuantIdentity(**codes), qnn.QuantIdentity(**codes)
        self.q, self.k, self.v = (qnn.QuantLinear(width, width, True, **weights) for _ in range(3))
        self.q_codes, self.k_codes, self.v_codes = (qnn.QuantIdentity(**codes) for _ in range(3))
        self.p_codes = qnn.QuantIdentity(
            act_quant=Uint8ActPerTensorFloat, bit_width=bits, return_quant_tensor=False
        )
        self.o_codes = qnn.QuantIdentity(**codes)
        self.proj = qnn.QuantLinear(width, width, True, **weights)
        self.fc1 = qnn.QuantLinear(width, 4 * width, True, **weights)
        self.fc1_codes = qnn.QuantIdentity(**codes)
        self.fc2 = qnn.QuantLinear(4 * width, width, True, **weights)
        self.head_codes = qnn.QuantIdentity(**codes)
        self.head = qnn.QuantLinear(width, CLASSES, True, **weights)

    def split(self, x):
        return x.reshape(1, x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x):
        x = self.patches(self.input_codes(x)).flatten(2).transpose(1, 2) + self.position
        h = self.norm1_codes(self.norm1(x))
        q, k, v = (self.split(layer(h)) for layer in (self.q, self.k, self.v))
        scores = self.q_codes(q) @ self.k_codes(k).transpose(-2, -1) * (q.shape[-1] ** -0.5)
        h = self.p_codes(scores.softmax(-1)) @ self.v_codes(v)
        x = x + self.proj(self.o_codes(h.transpose(1, 2).reshape(1, x.shape[1], -1)))
        h = self.fc1_codes(torch.nn.functional.gelu(self.fc1(self.norm2_codes(self.norm2(x)))))
        x = x + self.fc2(h)
        return self.head(self.head_codes(x.mean(1)))


def brevitas_file(form, bits):
    def write(folder):
        import brevitas.export as exports

        torch.manual_seed(3)
        model = BrevitasViT(bits)
        images = images_for(32)
        with torch.no_grad():
            for image in images_for(32, 20, seed=9):
                model.train()(torch.from_numpy(image[None]))
        model.eval()
        path = os.path.join(folder, "model.onnx")
        write = dict(qonnx=exports.export_qonnx, qcdq=exports.export_onnx_qcdq)[form]
        image = torch.from_numpy(images[:1])
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            write(model, args=image, export_path=path, opset_version=17, dynamo=False)
        return images, torch_answers(model, images)

    return write


for _bits in (8, 4, 3, 2):
    FILES[f"brevitas/qonnx-{_bits}"] = brevitas_file("qonnx", _bits)
    FILES[f"brevitas/qcdq-{_bits}"] = brevitas_file("qcdq", _bits)


@file("torch/attention-opset23")
def torch_attention(folder):
    images = images_for(32)
    path = os.path.join(folder, "model.onnx")
    export(small_vit(), images, path, dynamo=True, opset=23)
    return images, runtime_answers(path, images)
