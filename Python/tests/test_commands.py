"""Commands, the console script, and what is said where the library is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import intaglio
from intaglio.commands import _message, _words

ROOT = str(Path(intaglio.__file__).parent.parent)


def python(*words, **environment):
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": ROOT, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_options_become_words():
    options = {
        "weights": 4,
        "calibration_limit": 8,
        "front": True,
        "absent": None,
        "off": False,
        "budget": ["drop=1", "size=2MB"],
        "pin": {"blocks.0": "8/8", "head": "6/6"},
        "data": Path("a b"),
    }
    assert list(_words(options)) == [
        "--weights=4",
        "--calibration-limit=8",
        "--front",
        "--budget=drop=1",
        "--budget=size=2MB",
        "--pin=blocks.0=8/8",
        "--pin=head=6/6",
        "--data=a b",
    ]


def test_messages():
    assert _message("note: x\nError: a\nb\n") == "a\nb"
    assert _message("something\nlast") == "last"
    assert _message("") == ""


def test_integerize(tmp_path, images, expected):
    path = tmp_path / "model.intaglio"
    report = intaglio.integerize("demo:3", path)
    assert report["bytes"] > 0 and path.exists()
    with intaglio.Model(path) as model:
        assert np.array_equal(model(images[..., None]), expected)


def test_integer_only_with_options(tmp_path, images, paths):
    path = tmp_path / "model.intaglio"
    folder = os.path.dirname(paths[0])
    intaglio.integerize(
        "demo:3", path, arithmetic="integer-only", calibration=folder, calibration_limit=4
    )
    with intaglio.Model(path) as model:
        assert model.arithmetic == "integer-only"
        assert model(images[0]).shape == (1, 6)


def test_errors_are_the_command_s(tmp_path, capsys):
    with pytest.raises(intaglio.CommandError, match="absent.onnx: .*(?i:no such file)") as caught:
        intaglio.integerize("absent.onnx", tmp_path / "model.intaglio")
    assert caught.value.exit_code == 1
    assert "absent.onnx" in capsys.readouterr().err
    with pytest.raises(intaglio.CommandError, match="absent.onnx"):
        intaglio.quantize("absent.onnx", tmp_path / "m", calibration="/absent", weights=4)
    with pytest.raises(intaglio.CommandError, match="(?i)unknown option"):
        intaglio.integerize("demo:3", tmp_path / "m", no_such_option=1)


def test_models_whose_names_begin_with_a_hyphen(tmp_path):
    with pytest.raises(intaglio.CommandError, match="no such file"):
        intaglio.integerize("-absent", tmp_path / "m")


def test_the_module_is_the_command_line(paths):
    ended = python("-m", "intaglio", "run", "demo:3", "--json", paths[0])
    assert ended.returncode == 0, ended.stderr
    assert len(json.loads(ended.stdout)) == 1
    assert python("-m", "intaglio", "--version").stdout.strip()
    assert python("-m", "intaglio", "run").returncode != 0


def test_a_missing_library_is_one_clear_error(tmp_path):
    ended = python("-c", "import intaglio", INTAGLIO_LIBRARY="/absent/libintaglio.so")
    last = ended.stderr.strip().split("\n")[-1]
    assert last.startswith("ImportError: /absent/libintaglio.so is missing: install")
    other = tmp_path / "libintaglio.so"
    other.write_bytes(b"no library")
    ended = python("-c", "import intaglio", INTAGLIO_LIBRARY=str(other))
    last = ended.stderr.strip().split("\n")[-1]
    assert last.startswith("ImportError:") and "cannot be loaded" in last
