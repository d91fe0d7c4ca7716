"""Training of low-bit Vision Transformers in the forms that Intaglio moves exactly."""

from .checkpoint import save_checkpoint
from .wrapping import UnsupportedModel, quantize_model, start_quantization

__all__ = ["UnsupportedModel", "quantize_model", "save_checkpoint", "start_quantization"]
