"""All files that `doors.py` makes, by name."""

import doors_checkpoints
import doors_fused
import doors_quantized
import doors_timm
from doors_base import FILES, pixels_for

__all__ = ["FILES", "doors_checkpoints", "doors_fused", "doors_quantized", "doors_timm", "pixels_for"]
