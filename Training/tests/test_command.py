import json
import os
import shutil
import stat
import sys

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import save_file

from intaglio_training import command, distillation
from intaglio_training.packed import PackedModel


def train(start, data, output, *more, intaglio=""):
    """The exit code of the command."""
    sys.argv = [
        "intaglio-train", "--start", str(start), "--data", str(data), "--epochs", "2",
        "--batch", "8", "--threads", "1", "--check", "6", "--intaglio", str(intaglio),
        "-o", str(output), *more,
    ]  # fmt: skip
    with pytest.raises(SystemExit) as end:
        command.main()
    return end.value.code


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


def test_the_same_seed_gives_the_same_weights(start, task, tmp_path):
    for output, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        assert train(start, task, tmp_path / output, "--seed", seed) == 0
    first, second, other = (weights(tmp_path / name) for name in "abc")
    assert first == second != other


def test_a_training_that_was_interrupted_equals_one_that_was_not(
    start, task, tmp_path, monkeypatch
):
    assert train(start, task, tmp_path / "whole") == 0
    run = distillation.Distillation.train_step

    def failing(self):
        if self.step == 5:
            raise OSError("power failure")
        return run(self)

    monkeypatch.setattr(distillation.Distillation, "train_step", failing)
    output = tmp_path / "parts"
    assert "power failure" in train(start, task, output, "--keep", "3")
    assert not (output / "model.safetensors").exists()
    monkeypatch.setattr(distillation.Distillation, "train_step", run)
    assert train(start, task, output, "--resume") == 0
    assert weights(output) == weights(tmp_path / "whole")
    logs = [
        json.loads((tmp_path / name / "training.json").read_text()) for name in ("whole", "parts")
    ]
    assert [entry["step"] for entry in logs[1]["history"]] == [
        entry["step"] for entry in logs[0]["history"]
    ]


def test_another_recipe_does_not_go_on_from_a_saved_state(start, task, tmp_path, monkeypatch):
    monkeypatch.setattr(distillation.Distillation, "store", None, raising=False)
    monkeypatch.setattr(command, "write_log", lambda *_: (_ for _ in ()).throw(OSError("stop")))
    assert "stop" in train(start, task, tmp_path / "out", "--keep", "1")
    message = train(start, task, tmp_path / "out", "--resume", "--rate", "0.5")
    assert "another recipe" in message


def test_training_brings_the_answers_nearer(start, task, tmp_path):
    assert train(start, task, tmp_path / "out", "--epochs", "30", "--rate", "0.05") == 0
    history = json.loads((tmp_path / "out/training.json").read_text())["history"]
    assert history[-1]["loss"] < 0.9 * history[0]["loss"]


def test_the_log_tells_what_was_done_without_names_of_folders(start, task, tmp_path):
    train(start, task, tmp_path / "out", "--steps", "3")
    log = json.loads((tmp_path / "out/training.json").read_text())
    assert log["images"] == 36
    assert [entry["step"] for entry in log["history"]] == [1, 2, 3]
    assert str(tmp_path) not in json.dumps(log)
    with safe_open(tmp_path / "out/model.safetensors", "np") as file:
        assert file.metadata()["generator"] == log["generator"]


def test_images_without_classes_are_enough(start, task, tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    for number, path in enumerate(sorted((task / "train").rglob("*.png"))):
        shutil.copy(path, flat / f"image{number:02}.png")
    assert train(start, flat, tmp_path / "out") == 0
    assert (tmp_path / "out/model.safetensors").exists()


@pytest.mark.parametrize("agreement, code", [(0.96, 0), (0.5, 1)])
def test_too_little_agreement_fails(start, task, tmp_path, agreement, code):
    stub = tmp_path / "stub"
    evaluated = {"agreement": {"top1": agreement, "maxAbsLogit": 0.1}, "top1": 0.5}
    compared = {"layers": [{"elements": 100, "changedLocally": 2}, {"elements": 9}]}
    save_file({"hidden.codes": np.zeros((1, 1, 3, 3), "i2")}, tmp_path / "own")
    stub.write_text(
        f"#!{sys.executable}\nimport shutil, sys\n"
        f"said = {{'evaluate': {json.dumps(evaluated)!r}, 'compare': {json.dumps(compared)!r}}}\n"
        "if '--record' in sys.argv:\n"
        f"    shutil.copy({str(tmp_path / 'own')!r}, sys.argv[sys.argv.index('--record') + 1])\n"
        "print(said.get(sys.argv[1], ''))\n"
    )
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    assert train(start, task, tmp_path / "out", intaglio=stub) == code
    log = json.loads((tmp_path / "out/training.json").read_text())
    assert log["agreement"] == agreement and log["checked"] == 6
    assert log["divergence_trained"] > 0 and log["divergence_start"] > 0
    assert log["codes_compared"] == 100 and log["codes_changed_by_their_own_layer"] == 2


def test_bad_input_ends_in_one_line(start, task, tmp_path):
    (task / "train/dark").rename(task / "train/gloomy")
    message = train(start, task, tmp_path / "out")
    assert "gloomy" in message and "\n" not in message
    (start / "float.safetensors").unlink()
    message = train(start, task, tmp_path / "out")
    assert "float.safetensors" in message and "\n" not in message
    assert not (tmp_path / "out/model.safetensors").exists()


@pytest.mark.skipif(not os.environ.get("INTAGLIO"), reason="INTAGLIO names no program")
def test_the_integer_program_agrees_with_the_trained_model(start, task, tmp_path, capsys):
    assert train(start, task, tmp_path / "out", intaglio=os.environ["INTAGLIO"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["agreement"] == 1
    assert figures["codes_changed_by_their_own_layer"] < 0.01 * figures["codes_compared"]
    assert (tmp_path / "out/model.intaglio").exists()


def test_what_would_be_answered_wrongly_is_refused(start, task, tmp_path, capsys):
    before = weights(start)
    assert train(start, task, start) == 2
    assert weights(start) == before
    assert "would be lost" in capsys.readouterr().err
    assert train(start, task, tmp_path / "out", "--batch", "0") == 2
    # A model that does not name its classes, and folders of other classes.
    for name in ("model", "float"):
        path = start / f"{name}.safetensors"
        model = PackedModel.read(path)
        del model.description["classNames"]
        model.write(path, "test")
    assert train(start, task, tmp_path / "named") == 0
    shutil.copytree(task / "train/dark", task / "train/gloomy")
    assert "4 classes, the model 3" in train(start, task, tmp_path / "out")
    shutil.rmtree(task / "train/gloomy")
    Image.new("L", (5, 3)).save(task / "train/dark/00.png")
    assert "images of [1, 3, 4], not of [1, 3, 5]" in train(start, task, tmp_path / "out")
    shutil.move(task / "train/dark/00.png", task / "train/light/00.png")
    assert "becomes [1, 3, 5], others [1, 3, 4]" in train(
        start, task, tmp_path / "out", "--batch", "35"
    )
    assert not (tmp_path / "out/model.safetensors").exists()


def test_a_name_that_the_settings_contradict_is_refused(task, tmp_path):
    (tmp_path / "config.json").write_text('{"architecture": "deit_small_patch16_224"}')
    sys.argv = [
        "intaglio-train", "--model", "vit_tiny_patch16_224", "--data", str(task), "--bits", "3",
        "--weights-file", str(tmp_path / "float.safetensors"), "-o", str(tmp_path / "out"),
    ]  # fmt: skip
    with pytest.raises(SystemExit) as end:
        command.main()
    assert "deit_small_patch16_224; state the same" in end.value.code
