"""What an array means to a model: pixels, or samples in the model's own form. Never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from intaglio.errors import ArgumentError, FitError

PIXELS, SAMPLES = "pixels", "samples"
#: Grey; red, green, blue; the same and alpha.
CHANNELS = (1, 3, 4)
# Whole numbers up to here are exact as float32.
EXACT = 1 << 24


class Form:
    """The form of a model's input.

    - shape: of one sample, such as (3, 224, 224).
    - kind: "float32", or the integers that the input holds, such as "uint8".
    - preprocessing: whether the model says how pixels become samples.
    """

    def __init__(self, shape: Sequence[int], kind: str, preprocessing: bool):
        self.shape = tuple(shape)
        self.kind = kind
        self.preprocessing = preprocessing

    @property
    def holds_codes(self) -> bool:
        return not self.kind.startswith(("float", "real"))

    def meaning(self, array: np.ndarray, form: str | None = None) -> str:
        """Whether `array` is `PIXELS` or `SAMPLES`; `form` is what the caller says it is.

        Raises `FitError` where neither is possible, or both are and the caller does not say.
        """
        if form is not None:
            if form not in (PIXELS, SAMPLES):
                raise ArgumentError(f"form: expected 'pixels' or 'samples', found {form!r}")
            return form
        pixels = self.preprocessing and array.dtype == np.uint8 and looks_like_pixels(array.shape)
        if array.dtype.kind in "iu":
            samples = self.holds_codes and self._fits(array.shape)
        else:
            samples = array.dtype.kind == "f"
        if pixels and samples:
            raise FitError(
                f"uint8 {list(array.shape)} may be pixels or codes of the model's input; "
                "say form='pixels' or form='samples'"
            )
        if not pixels and not samples:
            raise FitError(f"expected {self._expected()}, found {found(array)}")
        return PIXELS if pixels else SAMPLES

    def pixels(self, array: np.ndarray) -> np.ndarray:
        """`array` as contiguous bytes [n, height, width, channels]."""
        if not self.preprocessing:
            raise FitError(
                "the model does not say how pixels become its input; give samples "
                f"{self._shapes()}, or open it with a configuration"
            )
        if array.dtype != np.uint8:
            raise FitError(f"pixels: expected uint8, found {found(array)}")
        if not looks_like_pixels(array.shape):
            raise FitError(f"expected {pixel_shapes()}, found {found(array)}")
        if array.ndim == 2:
            array = array[None, :, :, None]
        elif array.ndim == 3:
            array = array[None]
        return np.ascontiguousarray(array)

    def samples(self, array: np.ndarray) -> np.ndarray:
        """`array` as contiguous float32 or int32 [n, *shape]; the same memory where it is so."""
        if not self._fits(array.shape):
            raise FitError(f"expected samples {self._shapes()}, found {found(array)}")
        kind = array.dtype.kind
        if kind == "f":
            with np.errstate(over="ignore"):  # What becomes infinite is refused by the library.
                result = np.ascontiguousarray(array, np.float32)
        elif kind in "iu" and self.holds_codes:
            limits = np.iinfo(np.int32)
            wide = array.dtype.itemsize > 4 or (kind == "u" and array.dtype.itemsize == 4)
            if wide and array.size and (array.min() < limits.min or array.max() > limits.max):
                raise FitError(f"codes: expected {self.kind}, found values beyond 32 bits")
            result = np.ascontiguousarray(array, np.int32)
        else:
            expected = self.kind if self.holds_codes else "float32"
            hint = "" if kind != "u" or not self.preprocessing else "; pixels go to model(images)"
            raise FitError(f"samples: expected {expected}, found {found(array)}{hint}")
        return result.reshape(1 if array.ndim == len(self.shape) else len(array), *self.shape)

    def _fits(self, shape: Sequence[int]) -> bool:
        rank = len(self.shape)
        return len(shape) in (rank, rank + 1) and tuple(shape[len(shape) - rank :]) == self.shape

    def _shapes(self) -> str:
        shape = ", ".join(map(str, self.shape))
        return f"[n, {shape}] or [{shape}]"

    def _expected(self) -> str:
        codes = f" (or {self.kind} codes)" if self.holds_codes else ""
        own = f"samples float32{codes} {self._shapes()}"
        return f"{pixel_shapes()}, or {own}" if self.preprocessing else own


def looks_like_pixels(shape: Sequence[int]) -> bool:
    return len(shape) == 2 or (len(shape) in (3, 4) and shape[-1] in CHANNELS)


def pixel_shapes() -> str:
    return (
        "pixels uint8 [n, height, width, channels], [height, width, channels] or [height, width] "
        "with 1, 3 or 4 channels"
    )


def found(array: np.ndarray) -> str:
    return f"{array.dtype} {list(array.shape)}"


def as_array(image: Any) -> np.ndarray:
    """An array, or what turns into one without loss: images of PIL, tensors of PyTorch."""
    if isinstance(image, np.ma.MaskedArray):
        raise FitError(
            "expected an array without a mask; fill it first, such as by image.filled(0)"
        )
    if isinstance(image, np.ndarray):
        return image
    if hasattr(image, "mode") and hasattr(image, "getbands"):
        if image.mode not in ("L", "RGB", "RGBA"):
            raise FitError(
                f"PIL image: expected mode L, RGB or RGBA, found {image.mode}; "
                "convert it first, such as by image.convert('RGB')"
            )
        return np.asarray(image)
    if hasattr(image, "__array__") or hasattr(image, "__array_interface__"):
        return np.asarray(image)
    raise FitError(
        "expected an array, the path of a JPEG or PNG image, its bytes, or a list of these; "
        f"found {type(image).__name__}"
    )
