"""Rows of a data set to rows of answers; what `intaglio.ray` and `intaglio.spark` share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from intaglio.errors import ArgumentError, ClosedError, FitError, ForkError, ImageError
from intaglio.model import Model

#: Columns that hold images, the first that is there is taken.
INPUTS = ("image", "bytes", "path")
#: What stands for a row without an answer.
NO_CLASS, NO_LABEL = -1, ""
# Engine failures and lack of memory are not here: the task fails, and the cluster tries again.
BAD_IMAGE = (ArgumentError, FitError, ImageError, OSError)


def column_of(names: Sequence[str], wanted: str | None = None) -> str:
    """The column that holds the images."""
    if wanted is not None:
        if wanted not in names:
            raise FitError(f"expected a column {wanted!r}, found {sorted(names)}")
        return wanted
    for name in INPUTS:
        if name in names:
            return name
    raise FitError(f"expected a column 'image', 'bytes' or 'path', found {sorted(names)}")


def score(
    model: Model,
    images: Sequence[Any] | np.ndarray,
    *,
    logits: bool = False,
    form: str | None = None,
) -> dict[str, np.ndarray]:
    """Answers for `images`, row by row.

    - images: pixels uint8 [n, height, width, channels], samples [n, *input_shape], or n of them,
      of paths, or of the bytes of JPEG and PNG files; None is a row without an image.

    Returns `label` (str), `class` (int32), `logit` (float32), `error` (str) [n], and `logits`
    (float32 [n, classes]) if wanted. A bad image has its reason in `error`, "" as label, -1 as
    class and NaN as logits; a good one has "" in `error`.
    """
    answers = np.full((len(images), model.output_count), np.nan, np.float32)
    errors = [""] * len(images)
    if not _run_whole(model, images, form, answers):
        _run_rows(model, images, form, answers, errors)
    return _columns(model, answers, errors, logits)


def _run_whole(model: Model, images: Any, form: str | None, answers: np.ndarray) -> bool:
    """Runs an array as it is, and says whether that went well."""
    if not isinstance(images, np.ndarray) or images.dtype == object or images.ndim < 2:
        return False
    try:
        result = model(images, form=form)
    except BAD_IMAGE as reason:
        _raise_what_is_no_image(reason)
        return False
    if len(result) != len(images):  # [n, height, channels] would be one image.
        return False
    answers[...] = result
    return True


def _run_rows(
    model: Model, images: Any, form: str | None, answers: np.ndarray, errors: list[str]
) -> None:
    samples = np.zeros((len(images), *model.input_shape), np.float32)

    def prepare(place: int) -> str:
        image = images[place]
        if image is None or isinstance(image, float):
            return "no image"
        try:
            model._prepare(_plain(image), samples[place], form)
        except BAD_IMAGE as reason:
            _raise_what_is_no_image(reason)
            return str(reason) or type(reason).__name__
        return ""

    if model.threads > 1 and len(images) > 1:
        with ThreadPoolExecutor(min(model.threads, len(images))) as pool:
            errors[:] = pool.map(prepare, range(len(images)))
    else:
        errors[:] = map(prepare, range(len(images)))
    good = [place for place, error in enumerate(errors) if not error]
    if not good:
        return
    try:
        answers[good] = model.run(samples if len(good) == len(samples) else samples[good])
    except (ArgumentError, FitError) as reason:  # Samples that are not finite, for one.
        _raise_what_is_no_image(reason)
        for place in good:
            try:
                model.run(samples[place], answers[place : place + 1])
            except (ArgumentError, FitError) as own:
                answers[place] = np.nan
                errors[place] = str(own)


def _plain(image: Any) -> Any:
    """An image of a row: Arrow has neither arrays in arrays nor NumPy's strings."""
    if isinstance(image, np.str_):
        return str(image)
    if isinstance(image, list):
        image = np.array(image)
    if isinstance(image, np.ndarray) and image.dtype.kind == "O":
        return np.array([np.array(row) for row in image])
    return image


def _raise_what_is_no_image(reason: Exception) -> None:
    if isinstance(reason, (ClosedError, ForkError)):
        raise reason


def _columns(
    model: Model, answers: np.ndarray, errors: Sequence[str], logits: bool
) -> dict[str, np.ndarray]:
    good = np.array([not error for error in errors], bool)
    first = np.full(len(errors), NO_CLASS, np.int32)
    best = np.full(len(errors), np.nan, np.float32)
    if good.any():
        first[good] = answers[good].argmax(axis=1)
        best[good] = answers[good].max(axis=1)
    labels = [label(model, place) if place >= 0 else NO_LABEL for place in first.tolist()]
    columns = {
        "label": np.array(labels, object),
        "class": first,
        "logit": best,
        "error": np.array(errors, object),
    }
    if logits:
        columns["logits"] = answers
    return columns


def label(model: Model, place: int) -> str:
    """The name of a class; "class 7" where the model has no names."""
    name = model._class_name(place)
    return f"class {place}" if name is None else name


def clash(names: Sequence[str] | Mapping[str, Any], logits: bool) -> None:
    """Raises `FitError` where a column would be overwritten."""
    added = ["label", "class", "logit", "error", *(["logits"] if logits else [])]
    both = sorted(set(added) & set(names))
    if both:
        raise FitError(f"the columns {both} are there already; rename or drop them")
