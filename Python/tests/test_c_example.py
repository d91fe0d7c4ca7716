"""Examples/C/classify.c, compiled against intaglio.h by Scripts/test-python.sh."""

import os
import subprocess

import numpy as np
import pytest

import intaglio

PROGRAM = os.environ.get("INTAGLIO_CLASSIFY")


@pytest.mark.skipif(PROGRAM is None, reason="INTAGLIO_CLASSIFY names no compiled example")
class TestExample:
    def test_answers_are_the_models(self, paths):
        ended = subprocess.run([PROGRAM, "demo:3", *paths], capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        logits = intaglio.Model("demo:3")(paths)
        lines = [line.rsplit(" ", 2) for line in ended.stdout.splitlines()]
        assert [line[0] for line in lines] == paths
        assert [int(line[1]) for line in lines] == list(logits.argmax(axis=1))
        # Nine digits name a float32.
        assert [np.float32(line[2]) for line in lines] == list(logits.max(axis=1))

    def test_what_is_wrong_is_said(self, tmp_path):
        file = tmp_path / "text.png"
        file.write_text("no image")
        ended = subprocess.run([PROGRAM, "demo:3", str(file)], capture_output=True, text=True)
        assert ended.returncode == 1
        assert str(file) in ended.stderr
        ended = subprocess.run([PROGRAM, "absent.onnx", str(file)], capture_output=True, text=True)
        assert ended.returncode == 1
        assert "absent.onnx: cannot be read" in ended.stderr
