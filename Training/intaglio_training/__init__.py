"""Training of low-bit Vision Transformers in the forms that Intaglio moves exactly."""

__version__ = "0.2.0"

from .distillation import Distillation, Recipe
from .graph import GraphModel
from .packed import PackedModel
from .starting import quantize_model, read_start

__all__ = [
    "Distillation",
    "GraphModel",
    "PackedModel",
    "Recipe",
    "quantize_model",
    "read_start",
]
