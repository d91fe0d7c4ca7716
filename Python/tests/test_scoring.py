"""Rows to answers, without a cluster."""

from pathlib import Path

import numpy as np
import pytest

from intaglio import ClosedError, FitError, Model
from intaglio._scoring import clash, column_of, score


def test_rows(model, images, paths, expected):
    rows = [
        images[0],
        paths[1],
        Path(paths[2]).read_bytes(),
        None,
        b"",
        float("nan"),
        "/absent.png",
        np.zeros((3, 4, 2), np.uint8),
        images[3].tolist(),
        images[4],
    ]
    answers = score(model, rows, logits=True, form="pixels")
    good = [0, 1, 2, 9]
    assert np.array_equal(answers["logits"][good], expected[[0, 1, 2, 4]])
    assert [bool(error) for error in answers["error"]] == [i not in good for i in range(10)]
    assert answers["error"][3] == "no image" and "absent.png" in answers["error"][6]
    for place in range(10):
        if place in good:
            first = answers["logits"][place].argmax()
            assert answers["class"][place] == first
            assert answers["label"][place] == model.class_names[first]
            assert answers["logit"][place] == answers["logits"][place].max()
        else:
            assert (answers["label"][place], answers["class"][place]) == ("", -1)
            assert np.isnan(answers["logit"][place]) and np.isnan(answers["logits"][place]).all()
    assert answers["class"].dtype == np.int32 and answers["logit"].dtype == np.float32


def test_arrays(model, images, expected):
    first = expected.argmax(axis=1)
    samples = model.preprocess(images[..., None])
    for array in (images[..., None], images, samples, list(images)):
        answers = score(model, array)
        assert np.array_equal(answers["class"], first)
        assert not any(answers["error"])
        assert "logits" not in answers
    objects = np.empty(12, object)
    objects[:] = list(images)
    assert np.array_equal(score(model, objects)["class"], first)
    samples[5, 0, 0, 0] = np.nan
    answers = score(model, samples)
    assert [bool(error) for error in answers["error"]] == [place == 5 for place in range(12)]
    assert np.array_equal(np.delete(answers["class"], 5), np.delete(first, 5))


def test_nothing(model):
    answers = score(model, [], logits=True)
    assert {name: len(column) for name, column in answers.items()} == dict.fromkeys(answers, 0)
    assert answers["logits"].shape == (0, 6)


def test_columns():
    assert column_of(["path", "bytes", "id"]) == "bytes"
    assert column_of(["path", "x"], "x") == "x"
    for names, wanted in ((["id"], None), (["image"], "x")):
        with pytest.raises(FitError, match="expected a column"):
            column_of(names, wanted)
    clash(["id", "logits"], logits=False)
    with pytest.raises(FitError, match="label"):
        clash(["id", "label"], logits=False)


def test_a_closed_model_is_no_bad_image(images):
    model = Model("demo:3", threads=1)
    model.close()
    for rows in (images[..., None], list(images)):
        with pytest.raises(ClosedError):
            score(model, rows)
