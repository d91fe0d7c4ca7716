"""The rule that says what an array is, without any model."""

import numpy as np
import pytest

from intaglio import ArgumentError, FitError
from intaglio._inputs import Form, as_array

FLOATS = Form((3, 8, 8), "float32", True)
CODES = Form((8, 8, 3), "uint8", False)
BOTH = Form((8, 8, 3), "uint8", True)


def zeros(kind, *shape):
    return np.zeros(shape, kind)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4), (2, 5, 7, 3)])
def test_bytes_are_pixels(shape):
    array = zeros("u1", *shape)
    assert FLOATS.meaning(array) == "pixels"
    pixels = FLOATS.pixels(array)
    assert pixels.ndim == 4 and pixels.size == array.size
    assert np.shares_memory(pixels, array)


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", ">f4"])
@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 3, 8, 8), (0, 3, 8, 8)])
def test_floats_are_samples(kind, shape):
    array = zeros(kind, *shape)
    assert FLOATS.meaning(array) == "samples"
    samples = FLOATS.samples(array)
    assert samples.dtype == np.float32 and samples.flags.c_contiguous
    assert samples.shape == (shape if len(shape) == 4 else (1, *shape))


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_integers_are_codes(kind):
    array = zeros(kind, 2, 8, 8, 3) + array_of(7, kind)
    assert CODES.meaning(array) == "samples"
    samples = CODES.samples(array)
    assert samples.dtype == np.int32 and (samples == 7).all()


def array_of(value, kind):
    return np.array(value, kind)


def test_what_may_be_both_is_refused():
    array = zeros("u1", 2, 8, 8, 3)
    with pytest.raises(FitError, match="may be pixels or codes.*form='pixels'"):
        BOTH.meaning(array)
    assert BOTH.meaning(array, "pixels") == "pixels"
    assert BOTH.meaning(array, "samples") == "samples"
    with pytest.raises(ArgumentError, match="form: expected"):
        BOTH.meaning(array, "floats")
    # Other sizes and types are one thing only.
    assert BOTH.meaning(zeros("u1", 2, 9, 8, 3)) == "pixels"
    assert BOTH.meaning(zeros("i4", 2, 8, 8, 3)) == "samples"
    assert BOTH.meaning(zeros("f4", 2, 8, 8, 3)) == "samples"


@pytest.mark.parametrize(
    "form, array",
    [
        (FLOATS, zeros("i8", 2, 3, 8, 8)),
        (FLOATS, zeros("u1", 2, 3, 8, 8)),  # channels first
        (FLOATS, zeros("u1", 8)),
        (FLOATS, zeros("u1", 8, 8, 2)),
        (FLOATS, zeros("?", 8, 8)),
        (FLOATS, zeros("c8", 3, 8, 8)),
        (FLOATS, np.array(["a", "b"])),
        (CODES, zeros("u1", 8, 8)),
        (CODES, zeros("u1", 9, 8, 3)),
    ],
)
def test_what_fits_nothing_is_refused(form, array):
    with pytest.raises(FitError, match=r"expected .*, found"):
        form.meaning(array)


@pytest.mark.parametrize(
    "array",
    [
        zeros("f4", 3, 8, 9),
        zeros("f4", 192),
        zeros("f4", 1, 1, 3, 8, 8),
        zeros("i4", 3, 8, 8),
        zeros("c8", 3, 8, 8),
        zeros("O", 3, 8, 8),
    ],
)
def test_samples_of_another_kind_are_refused(array):
    with pytest.raises(FitError, match="samples"):
        FLOATS.samples(array)


def test_wide_codes_are_refused():
    with pytest.raises(FitError, match="32 bits"):
        CODES.samples(zeros("i8", 8, 8, 3) + (1 << 31))


def test_samples_are_not_copied():
    array = zeros("f4", 2, 3, 8, 8)
    assert FLOATS.samples(array).ctypes.data == array.ctypes.data
    codes = zeros("i4", 2, 8, 8, 3)
    assert CODES.samples(codes).ctypes.data == codes.ctypes.data


def test_pixels_need_preprocessing():
    with pytest.raises(FitError, match="configuration"):
        CODES.pixels(zeros("u1", 9, 9, 3))


@pytest.mark.parametrize("thing", [3, None, [1, 2], {"a": 1}])
def test_other_things_are_refused(thing):
    with pytest.raises(FitError, match="expected an array, the path"):
        as_array(thing)


def test_images_of_pil():
    image = pytest.importorskip("PIL.Image")
    grey = image.new("L", (5, 4), 9)
    assert as_array(grey).shape == (4, 5)
    assert as_array(grey.convert("RGB")).shape == (4, 5, 3)
    with pytest.raises(FitError, match="mode L, RGB or RGBA, found P"):
        as_array(grey.convert("P"))
