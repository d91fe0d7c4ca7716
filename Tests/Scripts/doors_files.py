"""The files that `doors.py` makes: who writes them, and of which model."""

import io
import os
import warnings
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
import torch
from PIL import Image

warnings.simplefilter("ignore")
CLASSES = 10
FILES = {}  # name: function of a folder that writes `model.…` and returns images and logits


def file(name):
    def register(write):
        FILES[name] = write
        return write

    return register


def seeded(make, seed=1):
    """A model with random weights none of which is degenerate: ones and zeros become other numbers."""
    torch.manual_seed(seed)
    model = make().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.numel() and float(parameter.max() - parameter.min()) < 1e-4:
                parameter.add_(0.2 * torch.randn_like(parameter))
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_(0, 0.1)
            if name.endswith("running_var"):
                buffer.uniform_(0.5, 1.5)
    return model


def pixels_for(size, count=2, seed=5):
    """Blurred noise, [count, size, size, 3] of bytes."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    return np.stack([np.asarray(Image.fromarray(x).resize((size, size), Image.BICUBIC)) for x in coarse])


def images_for(size, count=2, seed=5):
    """The same as the models see them, [count, 3, size, size]: mean and deviation are 0.5."""
    return ((pixels_for(size, count, seed) / 255 - 0.5) / 0.5).transpose(0, 3, 1, 2).astype(np.float32)


def answer(result):
    for name in ("logits", "pooler_output", "last_hidden_state"):
        if getattr(result, name, None) is not None:
            return getattr(result, name)
    return result[0] if isinstance(result, (tuple, list)) else result


class Answer(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        return answer(self.model(image))


def torch_answers(model, images):
    with torch.no_grad():
        return np.concatenate([answer(model(torch.from_numpy(x[None]))).numpy() for x in images])


def runtime_answers(path, images):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: x[None]})[0] for x in images])


def export(model, images, path, dynamo, opset=None):
    """Writes ONNX by one of PyTorch's two exporters."""
    image = torch.from_numpy(images[:1])
    opset = opset or (18 if dynamo else 17)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), torch.no_grad():
        if dynamo:
            torch.onnx.export(
                Answer(model), (image,), path, dynamo=True, opset_version=opset, external_data=False,
                input_names=["image"], output_names=["logits"],
            )  # fmt: skip
        else:
            torch.onnx.export(
                Answer(model), (image,), path, dynamo=False, opset_version=opset,
                input_names=["image"], output_names=["logits"],
            )  # fmt: skip


# --- float ONNX of timm's models, by both exporters

TIMM = {  # name: image size, further arguments
    "vit_tiny_patch16_224": (64, dict(img_size=64)),
    "deit_tiny_distilled_patch16_224": (64, dict(img_size=64)),
    "deit3_small_patch16_224": (64, dict(img_size=64)),
    "vit_base_patch16_clip_224": (64, dict(img_size=64, depth=2)),
    "vit_base_patch16_siglip_224": (64, dict(img_size=64, depth=2)),
    "vit_small_patch14_dinov2": (70, dict(img_size=70, depth=3)),
    "vit_small_patch14_reg4_dinov2": (70, dict(img_size=70, depth=3)),
    "vit_relpos_small_patch16_224": (64, dict(img_size=64)),
    "vit_srelpos_small_patch16_224": (64, dict(img_size=64)),
    "vit_small_patch16_dinov3": (64, dict(img_size=64)),
    "beit_base_patch16_224": (64, dict(img_size=64, depth=2)),
    "beitv2_base_patch16_224": (64, dict(img_size=64, depth=2)),
    "eva02_tiny_patch14_224": (70, dict(img_size=70, depth=3)),
    "swin_tiny_patch4_window7_224": (112, dict(img_size=112)),
    "swinv2_tiny_window8_256": (128, dict(img_size=128)),
    "cait_xxs24_224": (64, dict(img_size=64, depth=4)),
    "xcit_nano_12_p16_224": (64, dict(img_size=64)),
    "levit_128s": (224, {}),
    "mobilevit_xxs": (128, {}),
    "mobilevitv2_050": (128, {}),
    "efficientformer_l1": (224, {}),
    "efficientformerv2_s0": (224, {}),
    "pvt_v2_b0": (128, {}),
    "pit_ti_224": (224, {}),
    "convit_tiny": (224, {}),
    "tnt_s_patch16_224": (224, {}),
    "twins_svt_small": (224, {}),
    "coat_tiny": (224, {}),
    "coat_lite_tiny": (224, {}),
    "crossvit_9_240": (240, {}),
    "mvitv2_tiny": (224, {}),
    "maxvit_pico_rw_256": (256, {}),
    "nest_tiny": (224, {}),
    "gcvit_xxtiny": (224, {}),
    "davit_tiny": (224, {}),
    "focalnet_tiny_srf": (224, {}),
    "efficientvit_b0": (128, {}),
    "efficientvit_m0": (224, {}),
    "tiny_vit_5m_224": (224, {}),
    "edgenext_xx_small": (128, {}),
    "fastvit_t8": (128, {}),
    "poolformer_s12": (128, {}),
    "convnext_atto": (64, {}),
    "convnextv2_atto": (64, {}),
    "repvit_m0_9": (128, {}),
    "visformer_tiny": (224, {}),
    "hiera_tiny_224": (224, {}),
    "volo_d1_224": (224, {}),
    "sequencer2d_s": (224, {}),
    "mixer_s16_224": (224, {}),
    "resmlp_12_224": (224, {}),
    "gmlp_s16_224": (224, {}),
    "vit_base_resnet26d_224": (224, {}),
    "naflexvit_base_patch16_gap": (64, dict(img_size=64, depth=2)),
    "samvit_base_patch16": (224, dict(img_size=224, depth=2)),
    "starnet_s1": (64, {}),
}  # fmt: skip


def timm_model(name, arguments):
    import timm

    return seeded(lambda: timm.create_model(name, pretrained=False, num_classes=CLASSES, **arguments))


def timm_onnx(name, dynamo):
    size, arguments = TIMM[name]

    def write(folder):
        model = timm_model(name, arguments)
        images = images_for(size)
        path = os.path.join(folder, "model.onnx")
        export(model, images, path, dynamo)
        return images, runtime_answers(path, images)

    return write


for _name in TIMM:
    FILES[f"timm/{_name}/torchscript"] = timm_onnx(_name, False)
    FILES[f"timm/{_name}/dynamo"] = timm_onnx(_name, True)


# --- quantized ONNX of a small ViT


def small_vit(blocks=2, width=64, heads=2, act=None):
    import timm

    layers = dict(act_layer=act) if act else {}
    return seeded(
        lambda: timm.models.VisionTransformer(
            img_size=32, patch_size=8, embed_dim=width, depth=blocks, num_heads=heads, num_classes=CLASSES, **layers
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


# --- checkpoints with their config.json, by timm and by transformers


def shaken(model, seed=1):
    """Random weights none of which is degenerate: norms, layer scale, biases and tables get numbers too."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            spread = float(parameter.std()) if parameter.numel() > 1 else 0.0
            noise = torch.randn(parameter.shape, generator=generator)
            if spread < 1e-3:
                parameter.add_(0.3 * noise)
            elif parameter.ndim >= 2 and parameter.shape[-1] > 1:
                parameter.copy_(noise * (1.2 / parameter[0].numel() ** 0.5))
    return model.eval()


def preprocessor(folder, size):
    import json

    with open(os.path.join(folder, "preprocessor_config.json"), "w") as file:
        half, side = [0.5] * 3, dict(height=size[0], width=size[1])
        json.dump(dict(do_resize=True, size=side, resample=3, do_rescale=True, rescale_factor=1 / 255,
                       do_normalize=True, image_mean=half, image_std=half), file)  # fmt: skip


def hugging_face(name, size=32, shards=None, form="safetensors", **settings):
    """A folder as `save_pretrained` writes it."""

    def write(folder):
        import transformers

        torch.manual_seed(2)
        hub = os.path.join(folder, "hub")
        small = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48)
        vision = dict(small, image_size=size, patch_size=8)
        family = name.split("For")[0].split("Model")[0].split("Vision")[0]
        labels = dict(num_labels=CLASSES) if "Classification" in name else {}
        config = getattr(transformers, family + "Config")
        if family in ("Siglip", "CLIP"):
            text = dict(small, vocab_size=40, bos_token_id=1, eos_token_id=2, pad_token_id=0)
            if "Vision" in name:
                made = getattr(transformers, family + "VisionConfig")(**(vision | settings))
            else:
                made = config(vision_config=vision | settings, text_config=text, projection_dim=24, **labels) \
                    if family == "CLIP" else config(vision_config=vision | settings, text_config=text, **labels)  # fmt: skip
        elif family == "Swin":
            made = config(**(dict(image_size=size, patch_size=2, embed_dim=16, depths=[2, 2], num_heads=[2, 4],
                                  window_size=4) | labels | settings))  # fmt: skip
        else:
            if family.startswith("Dinov2"):
                vision.pop("intermediate_size")
            made = config(**(vision | labels | settings))
        model = shaken(getattr(transformers, name)(made))
        if form == "bin":
            # The names that `save_pretrained` writes, which may differ from those in memory.
            import safetensors.torch

            model.save_pretrained(hub)
            path = os.path.join(hub, "model.safetensors")
            torch.save(safetensors.torch.load_file(path), os.path.join(hub, "pytorch_model.bin"))
            os.remove(path)
        else:
            model.save_pretrained(hub, **(dict(max_shard_size=shards) if shards else {}))
        preprocessor(hub, (size, size))
        images = images_for(size, 3)
        with torch.no_grad():
            results = []
            for image in images:
                pixels = torch.from_numpy(image[None])
                if name in ("CLIPModel", "SiglipModel"):
                    found = model.get_image_features(pixels)
                    found = getattr(found, "pooler_output", found)
                elif name == "CLIPVisionModelWithProjection":
                    found = model(pixels).image_embeds
                else:
                    found = answer(model(pixels))
                results.append(found.numpy())
        return images, np.concatenate(results)


# --- quantized and fused operators


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


FILES |= {
    "hf/vit": hugging_face("ViTForImageClassification"),
    "hf/vit-model": hugging_face("ViTModel"),
    "hf/vit-no-qkv-bias": hugging_face("ViTForImageClassification", qkv_bias=False),
    "hf/vit-gelu-new": hugging_face("ViTForImageClassification", hidden_act="gelu_new", layer_norm_eps=1e-3),
    "hf/vit-quickgelu": hugging_face("ViTForImageClassification", hidden_act="quick_gelu"),
    "hf/vit-shards": hugging_face("ViTForImageClassification", shards="20KB"),
    "hf/vit-bin": hugging_face("ViTForImageClassification", form="bin"),
    "hf/deit": hugging_face("DeiTForImageClassification"),
    "hf/deit-teacher": hugging_face("DeiTForImageClassificationWithTeacher"),
    "hf/deit-model": hugging_face("DeiTModel"),
    "hf/dinov2": hugging_face("Dinov2ForImageClassification"),
    "hf/dinov2-model": hugging_face("Dinov2Model"),
    "hf/dinov2-swiglu": hugging_face("Dinov2Model", use_swiglu_ffn=True),
    "hf/dinov2-registers": hugging_face("Dinov2WithRegistersForImageClassification"),
    "hf/dinov2-registers-model": hugging_face("Dinov2WithRegistersModel", num_register_tokens=3),
    "hf/siglip": hugging_face("SiglipForImageClassification"),
    "hf/siglip-vision": hugging_face("SiglipVisionModel"),
    "hf/siglip-full": hugging_face("SiglipModel"),
    "hf/clip": hugging_face("CLIPForImageClassification"),
    "hf/clip-vision": hugging_face("CLIPVisionModel"),
    "hf/clip-projection": hugging_face("CLIPVisionModelWithProjection"),
    "hf/clip-full": hugging_face("CLIPModel"),
    "hf/clip-gelu": hugging_face("CLIPVisionModel", hidden_act="gelu", layer_norm_eps=1e-4),
    "hf/beit": hugging_face("BeitForImageClassification", use_relative_position_bias=True),
    "hf/beit-shared": hugging_face(
        "BeitModel", use_shared_relative_position_bias=True, use_absolute_position_embeddings=True
    ),
    "hf/beit-token": hugging_face(
        "BeitForImageClassification", use_relative_position_bias=True, use_mean_pooling=False
    ),
    "hf/swin": hugging_face("SwinForImageClassification"),
    "hf/swin-model": hugging_face("SwinModel", size=64),
}  # fmt: skip


def timm_checkpoint(name, size=32, form="hub", nest=None, prefix="", **settings):
    """A folder as `save_for_hf` writes it, or a file of `torch.save` with the config beside it."""

    def write(folder):
        import json

        import safetensors.torch
        import timm

        torch.manual_seed(3)
        model = shaken(timm.create_model(name, pretrained=False, num_classes=CLASSES, img_size=size, **settings))
        hub = os.path.join(folder, "hub") if form == "hub" else folder
        os.makedirs(hub, exist_ok=True)
        half = [0.5, 0.5, 0.5]
        arguments = dict(img_size=size, **settings)
        if settings.get("class_token") is False:
            arguments["class_token"] = False
        config = dict(
            architecture=name, num_classes=model.num_classes, num_features=model.num_features,
            global_pool=getattr(model, "global_pool", "avg") or "",
            model_args={key: value for key, value in arguments.items() if key != "num_classes"},
            pretrained_cfg=dict(tag="test", custom_load=False, input_size=[3, size, size], fixed_input_size=True,
                                interpolation="bicubic", crop_pct=0.9, crop_mode="center", mean=half, std=half,
                                num_classes=CLASSES, pool_size=None, first_conv="patch_embed.proj",
                                classifier="head"),
        )  # fmt: skip
        if "num_classes" in settings:
            config["num_classes"] = settings["num_classes"]
        with open(os.path.join(hub, "config.json"), "w") as file:
            json.dump(config, file)
        state = {prefix + key: value for key, value in model.state_dict().items()}
        if form == "hub":
            safetensors.torch.save_file(
                {key: value.contiguous() for key, value in state.items()}, os.path.join(hub, "model.safetensors"))
        else:
            for part in reversed(nest or []):
                state = {part: state, "epoch": 3, "metric": torch.tensor(0.5)}
            torch.save(state, os.path.join(hub, "model." + form.split("-")[0]),
                       _use_new_zipfile_serialization="legacy" not in form)  # fmt: skip
        images = images_for(size, 3)
        return images, torch_answers(model, images)


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
    quantizer = MatMulNBitsQuantizer(source, bits=4, block_size=32, is_symmetric=True, quant_format=QuantFormat.QDQ)
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

            q.quantize_static(source, path, Reader(), quant_format=getattr(q.QuantFormat, form), per_channel=True)
        return images, runtime_answers(path, images)

    return write


_SMALL = dict(embed_dim=32, depth=2, num_heads=4)
FILES |= {
    "checkpoint/vit-tiny": timm_checkpoint("vit_tiny_patch16_224", depth=3),
    "checkpoint/vit-64": timm_checkpoint("vit_small_patch16_224", size=64, depth=2),
    "checkpoint/deit-distilled": timm_checkpoint("deit_tiny_distilled_patch16_224", depth=2),
    "checkpoint/deit3": timm_checkpoint("deit3_small_patch16_224", depth=2),
    "checkpoint/dinov2": timm_checkpoint("vit_small_patch14_dinov2", size=56, depth=2),
    "checkpoint/dinov2-reg4": timm_checkpoint("vit_small_patch14_reg4_dinov2", size=56, depth=2),
    "checkpoint/dinov2-giant": timm_checkpoint("vit_giant_patch14_dinov2", size=28, **_SMALL),
    "checkpoint/siglip": timm_checkpoint("vit_base_patch16_siglip_224", **_SMALL),
    "checkpoint/siglip-tanh": timm_checkpoint("vit_so400m_patch16_siglip_256", **_SMALL),
    "checkpoint/siglip-gap": timm_checkpoint("vit_base_patch16_siglip_gap_224", **_SMALL),
    "checkpoint/clip": timm_checkpoint("vit_base_patch32_clip_224", size=64, **_SMALL),
    "checkpoint/clip-quickgelu": timm_checkpoint("vit_base_patch16_clip_quickgelu_224", **_SMALL),
    "checkpoint/rpn": timm_checkpoint("vit_base_patch16_rpn_224", **_SMALL),
    "checkpoint/map": timm_checkpoint("vit_so150m_patch16_reg4_map_256", **_SMALL),
    "checkpoint/gap": timm_checkpoint("vit_medium_patch16_gap_256", **_SMALL),
    "checkpoint/reg4-gap": timm_checkpoint("vit_medium_patch16_reg4_gap_256", **_SMALL),
    "checkpoint/qk-norm": timm_checkpoint("vit_tiny_patch16_224", qk_norm=True, **_SMALL),
    "checkpoint/silu": timm_checkpoint("vit_tiny_patch16_224", act_layer="silu", **_SMALL),
    "checkpoint/gelu-tanh": timm_checkpoint("vit_tiny_patch16_224", act_layer="gelu_tanh", **_SMALL),
    "checkpoint/flexivit": timm_checkpoint("flexivit_small", depth=2),
    "checkpoint/eva-large": timm_checkpoint("eva_large_patch14_196", size=28, **_SMALL),
    "checkpoint/beit": timm_checkpoint("beit_base_patch16_224", **_SMALL),
    "checkpoint/beitv2": timm_checkpoint("beitv2_base_patch16_224", size=64, **_SMALL),
    "checkpoint/swin": timm_checkpoint("swin_tiny_patch4_window7_224", size=56, depths=(2, 2), num_heads=(2, 4),
                                       embed_dim=32),
    "checkpoint/swin-224": timm_checkpoint("swin_tiny_patch4_window7_224", size=224, depths=(2, 2, 2, 2)),
    "checkpoint/pth": timm_checkpoint("vit_tiny_patch16_224", form="pth", depth=2),
    "checkpoint/pth-legacy": timm_checkpoint("vit_tiny_patch16_224", form="pth-legacy", depth=2),
    "checkpoint/pt-model": timm_checkpoint("vit_tiny_patch16_224", form="pt", nest=["model"], depth=2),
    "checkpoint/pth-ema-module": timm_checkpoint(
        "deit3_small_patch16_224", form="pth", nest=["state_dict"], prefix="module.", depth=2),
    "checkpoint/bin-legacy": timm_checkpoint("beit_base_patch16_224", form="bin-legacy", **_SMALL),
}  # fmt: skip
FILES["hf/dinov2-other-size"] = hugging_face("Dinov2Model", image_size=56, size=32)
FILES["hf/dinov2-registers-other-size"] = hugging_face("Dinov2WithRegistersModel", image_size=56, size=96)


for _form in ("QOperator", "QDQ", "dynamic"):
    FILES[f"deit-s/{_form.lower()}"] = deit_small(_form)
