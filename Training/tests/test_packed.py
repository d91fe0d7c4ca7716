from fractions import Fraction

import numpy as np
import pytest
from safetensors import safe_open

from intaglio_training.packed import (
    FormatError,
    PackedModel,
    fraction,
    live_nodes,
    packed,
    text,
    unpacked,
)


@pytest.mark.parametrize(
    "element", ["u1", "i2", "u3", "i3", "i4", "u5", "i7", "i8", "u8", "u16", "i24"]
)
def test_codes_come_back_from_their_bits(element):
    bits = int(element[1:])
    lowest, highest = (
        (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if element[0] == "i" else (0, 2**bits - 1)
    )
    codes = np.random.default_rng(1).integers(lowest, highest + 1, (5, 7))
    codes[0, :2] = lowest, highest
    stored = packed(codes, element)
    assert np.array_equal(unpacked(stored, element, [5, 7]), codes)
    if bits < 8:
        assert stored.nbytes == (35 * bits + 7) // 8
    with pytest.raises(ValueError, match=element):
        packed(codes + 1, element)


@pytest.mark.parametrize(
    "value", [0, 1, -3, Fraction(3, 5), Fraction(5, 1 << 40), Fraction(-7, 12), 1 << 70]
)
def test_exact_numbers_have_one_text(value):
    assert fraction(text(Fraction(value))) == value


def test_texts_are_those_of_the_format():
    assert text(Fraction(3, 80)) == "3/5p-4"
    assert text(Fraction(-0.5)) == "-1p-1"
    assert fraction("808081p-30") == Fraction(0x808081, 1 << 30)


def test_a_model_is_written_as_it_was_read(tiny):
    model = PackedModel.read(tiny)
    for name in ("a", "b"):
        model.write(tiny.parent / name, "test")
    again = PackedModel.read(tiny.parent / "a")
    assert again.nodes == model.nodes and again.description == model.description
    assert (tiny.parent / "a").read_bytes() == (tiny.parent / "b").read_bytes()
    with safe_open(tiny.parent / "a", "np") as file:
        assert file.metadata()["generator"] == "test"
    assert sorted(path.name for path in tiny.parent.iterdir()) == [
        "a",
        "b",
        "float.safetensors",
        tiny.name,
    ]


def test_only_nodes_that_lead_to_outputs_are_live():
    nodes = [{"op": "input"}, {"op": "constant"}, {"op": "constant"}, {"op": "add", "of": [0, 2]}]
    assert live_nodes(nodes, [3]) == [0, 2, 3]


def test_another_file_is_refused(tmp_path, tiny):
    from safetensors.numpy import save_file

    save_file({"a": np.zeros(3)}, tmp_path / "other")
    with pytest.raises(FormatError, match="not a packed model"):
        PackedModel.read(tmp_path / "other")
    model = PackedModel.read(tiny)
    import intaglio_training.packed as module

    module.VERSION, kept = 2, module.VERSION
    try:
        model.write(tmp_path / "new", "test")
    finally:
        module.VERSION = kept
    with pytest.raises(FormatError, match="version 2"):
        PackedModel.read(tmp_path / "new")
