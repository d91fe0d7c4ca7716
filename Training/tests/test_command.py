import json
import os
import shutil
import stat
import sys

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from intaglio_training import command

CLASSES = ["dark", "light", "striped"]


@pytest.fixture
def task(tmp_path, small_vit):
    """A folder with images of three classes and a float model's weights and JSON."""
    random = np.random.default_rng(2)
    for part, count in (("train", 12), ("test", 4)):
        for name in CLASSES:
            folder = tmp_path / "images" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                Image.fromarray(picture(name, random)).save(folder / f"{number:02}.png")
    save_file(small_vit().state_dict(), tmp_path / "float.safetensors")
    settings = {
        "architecture": "vit_tiny_patch16_224",
        "model_args": {"patch_size": 8, "embed_dim": 32, "depth": 2, "num_heads": 2},
        "input_size": [3, 32, 32],
        "mean": [0.5] * 3,
        "std": [0.5] * 3,
        "class_names": CLASSES,
    }
    (tmp_path / "model.json").write_text(json.dumps(settings))
    return tmp_path


def picture(name, random):
    pixels = random.integers(0, 60, (32, 32, 3), dtype=np.uint8)
    if name == "light":
        pixels += 150
    if name == "striped":
        pixels[::4] += 180
    return pixels


def train(task, output, *more, intaglio=""):
    """The exit code of the command."""
    sys.argv = [
        "intaglio-train", "--model", str(task / "model.json"), "--data", str(task / "images"),
        "--weights-file", str(task / "float.safetensors"), "--bits", "3", "--epochs", "2",
        "--batch", "8", "--threads", "1", "--check", "6", "--intaglio", str(intaglio),
        "-o", str(task / output), *more,
    ]  # fmt: skip
    with pytest.raises(SystemExit) as end:
        command.main()
    return end.value.code


def test_the_same_seed_gives_the_same_weights(task):
    for output, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        assert train(task, output, "--seed", seed) == 0
    first, second, other = (weights(task / name) for name in "abc")
    assert first == second
    assert first != other


def test_the_log_tells_what_was_done_without_names_of_folders(task):
    train(task, "out", "--steps", "3")
    log = json.loads((task / "out/training.json").read_text())
    assert log["images"] == 36
    assert [entry["step"] for entry in log["history"]] == [1, 2, 3]
    assert str(task) not in json.dumps(log)


def test_images_without_classes_are_enough(task):
    flat = task / "flat"
    flat.mkdir()
    for number, path in enumerate(sorted((task / "images/train").rglob("*.png"))):
        shutil.copy(path, flat / f"image{number:02}.png")
    assert train(task, "out", "--data", str(flat)) == 0
    assert load_file(task / "out/model.safetensors")["head.weight"].shape == (3, 32)


@pytest.mark.parametrize("agreement, code", [(0.96, 0), (0.5, 1)])
def test_too_little_agreement_fails(task, agreement, code):
    stub = task / "stub"
    evaluated = {"agreement": {"top1": agreement, "maxAbsLogit": 0.1}, "top1": 0.5}
    compared = {"kinds": [{"elements": 100, "changedLocally": 2}]}
    stub.write_text(
        f"#!/bin/sh\ncase $1 in evaluate) echo '{json.dumps(evaluated)}';; "
        f"compare) echo '{json.dumps(compared)}';; esac\n"
    )
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    assert train(task, "out", intaglio=stub) == code
    log = json.loads((task / "out/training.json").read_text())
    assert log["agreement"] == agreement and log["checked"] == 6


def test_bad_input_ends_in_one_line(task):
    (task / "images/train/dark").rename(task / "images/train/gloomy")
    message = train(task, "out")
    assert "gloomy" in message and "\n" not in message
    assert not (task / "out").exists()
    message = train(task, "out", "--weights-file", str(task / "none.safetensors"))
    assert "none.safetensors" in message and "\n" not in message


@pytest.mark.skipif(not os.environ.get("INTAGLIO"), reason="INTAGLIO names no program")
def test_the_integer_program_agrees_with_the_trained_model(task, capsys):
    assert train(task, "out", intaglio=os.environ["INTAGLIO"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["agreement"] == 1
    assert figures["codes_changed_by_their_own_layer"] < 0.01 * figures["codes_compared"]
    assert (task / "out/model.intaglio").exists()


def weights(folder):
    return (folder / "model.safetensors").read_bytes()
