"""What all files of `doors.py` are made with: models, images, the tools' own answers."""

import io
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
