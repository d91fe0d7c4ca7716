"""Models that are open and ready to run."""

from __future__ import annotations

import ctypes
import json
import os
import stat
import weakref
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Union

import numpy as np

from intaglio._handle import Handle, absolute, open_model
from intaglio._inputs import EXACT, PIXELS, Form, as_array, found
from intaglio._library import Error, check, library
from intaglio.errors import ArgumentError, ClosedError, FitError, ForkError, ImageError

#: One image, or a batch of one size: an array, a path, or the bytes of a JPEG or PNG file.
Image = Union[np.ndarray, str, "os.PathLike[str]", bytes, bytearray, memoryview, Any]
#: One image, a batch, or a list of images of any sizes.
Images = Union[Image, Sequence[Image]]

# How many images of a list are prepared before they run together.
BLOCK = 64


class Answer(NamedTuple):
    """One class of an answer.

    - name: of the class; None where the model has no names.
    - index: of the class.
    - probability: the softmax of the logits in float64; the model's own number where its output
      holds probabilities.
    - logit: the model's own number.
    """

    name: str | None
    index: int  # type: ignore[assignment]
    probability: float
    logit: float


class Model:
    """A model, opened once, run from any number of threads.

        with intaglio.Model("vit.intaglio", threads=2) as model:
            logits = model(images)             # float32 [n, classes]

    Answers are those of `intaglio run`, bit for bit, whatever the number of images and threads.
    A model pickles by what it was opened with and is opened anew where it arrives.

    - path: a file, a model folder, or a built-in model such as "demo:3", with "ARITHMETIC:"
      before it if wanted.
    - threads: how many threads one call may use; 0 for as many as there are cores.
    - arithmetic: "integer-only", "integer", "float32" or "oracle"; None for integers where the
      model has them, else float32.
    - configuration: a JSON file with the settings that a file of weights lacks.
    - logits: which output the logits are, where there are several.
    - calibration: a folder of images that choose the integers of an integer-only program.

    Raises `ModelError` where it cannot be opened.
    """

    #: The model's name, such as "vit".
    name: str
    #: What it runs in: "integer-only", "integer", "float32" or "oracle".
    arithmetic: str
    #: How many threads one call uses.
    threads: int
    #: The shape of one sample of the input, such as (3, 224, 224).
    input_shape: tuple[int, ...]
    #: "float32", or the integers that the input holds, such as "uint8".
    input_type: str
    #: The names of the classes, or None.
    class_names: tuple[str, ...] | None
    #: How many logits one sample has.
    output_count: int
    #: Whether the output holds probabilities in place of logits.
    output_is_probabilities: bool
    #: What a reader should know before trusting an answer.
    notes: tuple[str, ...]
    #: What is done to an image before the model sees it, or None: then only samples can be run.
    preprocessing: dict[str, Any] | None

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        threads: int = 0,
        arithmetic: str | None = None,
        configuration: str | os.PathLike[str] | None = None,
        logits: str | None = None,
        calibration: str | os.PathLike[str] | None = None,
    ):
        self._path = os.fsdecode(path)
        whole = isinstance(threads, (int, np.integer)) and not isinstance(threads, bool)
        if not whole or not 0 <= threads < 1 << 31:
            raise ArgumentError(f"threads: expected a number from 0, found {threads!r}")
        self._options: dict[str, Any] = {
            "threads": int(threads),
            "arithmetic": arithmetic,
            "configuration": None if configuration is None else os.fsdecode(configuration),
            "logits": logits,
            "calibration": None if calibration is None else os.fsdecode(calibration),
        }
        self._handle = Handle(open_model(self._path, self._options))
        self._finalizer = weakref.finalize(self, self._handle.close)
        try:
            self._take(self._describe())
        except BaseException:
            self.close()
            raise

    def _take(self, description: dict[str, Any]) -> None:
        source = description["input"]
        self.name = description["name"]
        self.arithmetic = description["arithmetic"]
        self.threads = description["threads"]
        self.input_shape = tuple(source["shape"])
        self.input_type = source["type"]
        names = description.get("classNames")
        self.class_names = tuple(names) if names else None
        with self._handle as pointer:
            self.output_count = library.intaglio_output_count(pointer)
        self.output_is_probabilities = bool(description["output"].get("probabilities"))
        single = description.get("note")
        notes = [*(description.get("notes") or [])]
        if single and single not in notes:
            notes.insert(0, single)
        self.notes = tuple(notes)
        self.preprocessing = description.get("preprocessing")
        self._form = Form(self.input_shape, self.input_type, self.preprocessing is not None)

    @property
    def saturations(self) -> dict[str, int]:
        """How many values of each stream of an integer-only program were too large for it so far.

        An answer is as `intaglio run` gives it nevertheless; many of them say that calibration
        saw other images than these.
        """
        return {entry["stream"]: entry["count"] for entry in self._describe()["saturations"]}

    @property
    def closed(self) -> bool:
        return self._handle.closed

    def __call__(
        self, images: Images, *, form: str | None = None, out: np.ndarray | None = None
    ) -> np.ndarray:
        """The logits of images: float32 [n, classes], where one image is n = 1.

        | what | is taken as |
        |---|---|
        | a path, or the bytes of a JPEG or PNG file | an image, preprocessed as the model says |
        | uint8 [n, h, w, c], [h, w, c] or [h, w], c of 1, 3 or 4 | pixels, preprocessed likewise |
        | float [n, *input_shape] or [*input_shape] | samples in the model's own form |
        | integers of these shapes, where the input holds codes | samples likewise |
        | a list or tuple | images one by one, of any kinds and sizes |

        uint8 that may be pixels and codes is a `FitError` unless `form` is "pixels" or "samples".

        - out: float32 [n, classes] to write into.
        """
        if isinstance(images, (list, tuple)):
            return self._run_list(images, form, out)
        if _is_encoded(images):
            return self._run_list([images], form, out)
        array = as_array(images)
        if self._form.meaning(array, form) != PIXELS:
            return self.run(array, out)
        return self._on_pixels(array, out, "intaglio_run_u8", (self.output_count,))

    def preprocess(self, images: Images) -> np.ndarray:
        """Images in the model's own form: float32 [n, *input_shape].

        Takes pixels, paths, bytes and lists of these, as a call of the model does; `run` takes
        what it returns.
        """
        if isinstance(images, (list, tuple)):
            samples = np.empty((len(images), *self.input_shape), np.float32)
            self._fill(samples, images, PIXELS)
            return samples
        if _is_encoded(images):
            return self.preprocess([images])
        return self._on_pixels(as_array(images), None, "intaglio_preprocess_u8", self.input_shape)

    def run(self, samples: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """The logits of samples in the model's own form: float32 [n, classes].

        - samples: [n, *input_shape] or [*input_shape]. float32 (and int32, where the input holds
          codes) in C order is not copied; other floats are rounded to float32.
        - out: float32 [n, classes] in C order to write into; it is what is returned.
        """
        array = self._form.samples(as_array(samples))
        out = _result(out, (len(array), self.output_count), array)
        if len(array):
            codes = array.dtype == np.int32
            function = library.intaglio_run_i32 if codes else library.intaglio_run_f32
            error = Error()
            with self._handle as pointer:
                status = function(
                    pointer, array.ctypes.data, len(array), out.ctypes.data, out.size, error
                )
            check(status, error)
        return out

    def top(self, images: Images, k: int = 5, *, form: str | None = None) -> list[list[Answer]]:
        """The `k` first classes of every image, the likeliest first."""
        if k < 1:
            raise ArgumentError(f"k: expected a number from 1, found {k!r}")
        logits = self(images, form=form)
        shares = logits.astype(np.float64) if self.output_is_probabilities else softmax(logits)
        # Of equal logits the first class comes first.
        order = np.argsort(-logits, axis=1, kind="stable")[:, :k]
        return [
            [
                Answer(self._class_name(place), int(place), float(share[place]), float(row[place]))
                for place in places
            ]
            for row, share, places in zip(logits, shares, order)
        ]

    def close(self) -> None:
        """Closes the model; calls that other threads are in end first. Twice is no error."""
        self._finalizer()

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if self.closed:
            return f"<intaglio.Model {self._path!r}, closed>"
        threads = f"{self.threads} thread{'s' if self.threads != 1 else ''}"
        shape = "×".join(map(str, self.input_shape))
        return (
            f"<intaglio.Model {self._path!r}: {self.arithmetic}, {self.input_type} {shape} → "
            f"{self.output_count} classes, {threads}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        options = dict(self._options)
        for key in ("configuration", "calibration"):
            options[key] = absolute(options[key])
        return _reopen, (type(self), absolute(self._path), options)

    # The C interface.

    def _describe(self) -> dict[str, Any]:
        length, error = ctypes.c_size_t(), Error()
        with self._handle as pointer:
            check(library.intaglio_describe(pointer, None, 0, length, error), error)
            while True:
                # Counts may have grown by a digit since the length was asked for.
                capacity = length.value + 256
                buffer = ctypes.create_string_buffer(capacity)
                status = library.intaglio_describe(pointer, buffer, capacity, length, error)
                if status == 0 or length.value < capacity:
                    break
        check(status, error)
        description: dict[str, Any] = json.loads(buffer.value)
        return description

    def _on_pixels(
        self, array: np.ndarray, out: np.ndarray | None, name: str, shape: tuple[int, ...]
    ) -> np.ndarray:
        pixels = self._form.pixels(array)
        out = _result(out, (len(pixels), *shape), pixels)
        if len(pixels):
            error = Error()
            with self._handle as pointer:
                status = getattr(library, name)(
                    pointer, pixels.ctypes.data, *pixels.shape, out.ctypes.data, out.size, error
                )
            check(status, error)
        return out

    def _run_list(
        self, images: Sequence[Image], form: str | None, out: np.ndarray | None
    ) -> np.ndarray:
        out = _result(out, (len(images), self.output_count))
        samples = np.empty((min(BLOCK, len(images)), *self.input_shape), np.float32)
        for start in range(0, len(images), BLOCK):
            block = images[start : start + BLOCK]
            self._fill(samples[: len(block)], block, form)
            self.run(samples[: len(block)], out[start : start + len(block)])
        return out

    def _fill(self, samples: np.ndarray, images: Sequence[Image], form: str | None) -> None:
        """Prepares every image, on as many threads as the model has."""

        def prepare(place: int) -> None:
            try:
                self._prepare(images[place], samples[place], form)
            except (ArgumentError, FitError, ImageError) as reason:
                if isinstance(reason, (ClosedError, ForkError)) or len(images) == 1:
                    raise
                raise type(reason)(f"image {place} of {len(images)}: {reason}") from None

        if len(images) > 1 and self.threads > 1:
            with ThreadPoolExecutor(min(self.threads, len(images))) as pool:
                _exhaust(pool.map(prepare, range(len(images))))
        else:
            _exhaust(map(prepare, range(len(images))))

    def _prepare(self, image: Image, sample: np.ndarray, form: str | None = None) -> None:
        """Writes one image of any kind into `sample`, float32 [*input_shape] in C order."""
        if _is_encoded(image):
            self._decode(image, sample)
            return
        array = as_array(image)
        if self._form.meaning(array, form) == PIXELS:
            if array.ndim == 4 and len(array) != 1:
                raise FitError(f"expected one image, found {found(array)}")
            self._on_pixels(array, sample[None], "intaglio_preprocess_u8", self.input_shape)
            return
        one = self._form.samples(array)
        if len(one) != 1:
            raise FitError(f"expected one sample, found {found(array)}")
        if one.dtype == np.int32 and one.size and np.abs(one.astype(np.int64)).max() > EXACT:
            raise FitError("codes beyond 2²⁴: give them as one array, not as a list")
        sample[...] = one[0]

    def _decode(self, image: Any, sample: np.ndarray) -> None:
        path: str | None = None
        if isinstance(image, (bytes, bytearray, memoryview)):
            data = bytes(image)
        else:
            path = os.fsdecode(image)
            data = _read(path)
        error = Error()
        with self._handle as pointer:
            status = library.intaglio_preprocess_encoded(
                pointer, data, len(data), sample.ctypes.data, sample.size, error
            )
        try:
            check(status, error)
        except (FitError, ImageError) as reason:
            if path is None:
                raise
            raise type(reason)(f"{path}: {reason}") from None

    def _class_name(self, place: int) -> str | None:
        names = self.class_names
        return names[place] if names is not None and place < len(names) else None


def softmax(logits: np.ndarray) -> np.ndarray:
    """The softmax of each row, in float64. [n, classes] → [n, classes]"""
    wide = logits.astype(np.float64)
    if wide.size:
        wide = np.exp(wide - wide.max(axis=1, keepdims=True))
        wide /= wide.sum(axis=1, keepdims=True)
    return wide


def _reopen(kind: type[Model], path: str, options: Mapping[str, Any]) -> Model:
    return kind(path, **options)


def _result(
    out: np.ndarray | None, shape: tuple[int, ...], source: np.ndarray | None = None
) -> np.ndarray:
    if out is None:
        return np.empty(shape, np.float32)
    if not isinstance(out, np.ndarray) or out.dtype != np.float32 or out.shape != shape:
        what = found(out) if isinstance(out, np.ndarray) else type(out).__name__
        raise FitError(f"out: expected float32 {list(shape)}, found {what}")
    if not out.flags.c_contiguous or not out.flags.writeable or not out.flags.aligned:
        raise FitError("out: expected an array in C order that may be written")
    if source is not None and np.may_share_memory(out, source):
        raise FitError("out: expected memory apart from the input's")
    return out


def _is_encoded(image: Any) -> bool:
    return isinstance(image, (str, os.PathLike, bytes, bytearray, memoryview))


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ImageError(f"{path}: expected a file")
        return file.read()


def _exhaust(values: Iterable[object]) -> None:
    for _ in values:
        pass
