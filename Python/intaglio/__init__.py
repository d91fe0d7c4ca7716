"""Vision Transformers on low-bit integers.

    import intaglio

    model = intaglio.Model("vit.intaglio")
    logits = model(["cat.jpg", "dog.png"])   # float32 [2, classes]
    model.top("cat.jpg")                     # the five first classes

`intaglio.ray` and `intaglio.spark` score data sets on clusters; they are imported on their own.
"""

from intaglio._library import library_version
from intaglio._version import __version__
from intaglio.commands import integerize, quantize, run_command
from intaglio.errors import (
    ArgumentError,
    ClosedError,
    CommandError,
    FailedError,
    FitError,
    ForkError,
    ImageError,
    IntaglioError,
    ModelError,
    NoMemoryError,
)
from intaglio.model import Answer, Model

__all__ = [
    "Answer",
    "ArgumentError",
    "ClosedError",
    "CommandError",
    "FailedError",
    "FitError",
    "ForkError",
    "ImageError",
    "IntaglioError",
    "Model",
    "ModelError",
    "NoMemoryError",
    "__version__",
    "integerize",
    "library_version",
    "quantize",
    "run_command",
]
