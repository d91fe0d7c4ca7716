"""Spark: columns of images to columns of answers.

With everything that `intaglio.ray` has, errors among it:

    from intaglio.spark import output_schema, score_partitions

    rows = spark.read.format("binaryFile").load("images/").withColumnRenamed("content", "bytes")
    answers = rows.mapInPandas(score_partitions("vit.intaglio"), output_schema(rows.schema))

or as one column, by Spark's own function for models:

    from pyspark.ml.functions import predict_batch_udf
    from intaglio.spark import answer_type, make_predict_fn

    answer = predict_batch_udf(
        make_predict_fn("vit.intaglio"), return_type=answer_type(), batch_size=64
    )
    rows.withColumn("answer", answer("bytes"))

The model is opened once in every Python process of a worker. Set `spark.task.cpus` to `threads`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from typing import Any, Callable

import numpy as np

from intaglio._handle import absolute
from intaglio._inputs import PIXELS
from intaglio._scoring import clash, column_of, score
from intaglio.model import Model


def answer_type(*, logits: bool = False) -> Any:
    """The `StructType` of an answer: pass it as `return_type` to `predict_batch_udf`."""
    from pyspark.sql.types import (
        ArrayType,
        FloatType,
        IntegerType,
        StringType,
        StructField,
        StructType,
    )

    fields = [
        StructField("label", StringType()),
        StructField("class", IntegerType()),
        StructField("logit", FloatType()),
        StructField("error", StringType()),
    ]
    if logits:
        fields.append(StructField("logits", ArrayType(FloatType())))
    return StructType(fields)


def make_predict_fn(
    path: str | os.PathLike[str],
    threads: int = 1,
    *,
    logits: bool = False,
    form: str | None = None,
    **options: Any,
) -> Callable[[], Callable[[np.ndarray], dict[str, np.ndarray]]]:
    """What `predict_batch_udf` takes first, with `answer_type()` as `return_type`.

    - The column holds bytes of JPEG and PNG files, paths, or arrays of one shape; arrays need
      `input_tensor_shapes`, [[height, width, channels]] with `form="pixels"`, or [[*input_shape]].
      Spark has no unsigned bytes: pixels may be any integers from 0 to 255.
    - form: "pixels" or "samples", what arrays of integers are; None as in `intaglio.Model`.
    - options: those of `intaglio.Model`.
    """
    where = absolute(os.fsdecode(path))

    def make() -> Callable[[np.ndarray], dict[str, np.ndarray]]:
        model = _model(where, threads, options)

        def predict(images: np.ndarray) -> dict[str, np.ndarray]:
            return score(model, _bytes_as_pixels(images, form), logits=logits, form=form)

        return predict

    return make


def score_partitions(
    path: str | os.PathLike[str],
    threads: int = 1,
    *,
    logits: bool = False,
    column: str | None = None,
    drop_input: bool = False,
    form: str | None = None,
    **options: Any,
) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """What `DataFrame.mapInPandas` takes first; `output_schema` makes the second.

    Columns in and out are those of `intaglio.ray.Scorer`; `logit` is null where it is NaN there.
    """
    where = absolute(os.fsdecode(path))

    def score_frames(frames: Iterable[Any]) -> Iterator[Any]:
        model = _model(where, threads, options)
        for frame in frames:
            chosen = column_of(list(frame.columns), column)
            clash(list(frame.columns), logits)
            images = [_bytes_as_pixels(image, form) for image in frame[chosen]]
            answers = score(model, images, logits=logits, form=form)
            if drop_input:
                frame = frame.drop(columns=[chosen])
            for name, values in answers.items():
                frame = frame.assign(**{name: list(values) if values.ndim > 1 else values})
            yield frame

    return score_frames


def output_schema(
    schema: Any, *, logits: bool = False, column: str | None = None, drop_input: bool = False
) -> Any:
    """The columns that `score_partitions` returns for rows of `schema`, a `StructType`."""
    from pyspark.sql.types import StructType

    chosen = column_of(schema.names, column)
    clash(schema.names, logits)
    fields = [field for field in schema.fields if not (drop_input and field.name == chosen)]
    return StructType(fields + answer_type(logits=logits).fields)


def _bytes_as_pixels(images: Any, form: str | None) -> Any:
    """Integers from 0 to 255 as uint8, where pixels are meant."""
    if form != PIXELS or isinstance(images, (str, bytes, bytearray)) or images is None:
        return images
    array = np.asarray(images)
    if array.dtype == object:  # Lists of rows.
        array = np.array(array.tolist())
    inside = array.dtype.kind in "iu" and array.size
    if inside and array.min() >= 0 and array.max() <= 255:
        return array.astype(np.uint8)
    return images


_models: dict[Any, Model] = {}
_lock = threading.Lock()


def _model(path: str | None, threads: int, options: dict[str, Any]) -> Model:
    """The model of this process, opened by the first task that needs it."""
    key = (os.getpid(), path, threads, tuple(sorted(options.items())))
    with _lock:
        if key not in _models:
            assert path is not None
            _models[key] = Model(path, threads=threads, **options)
        return _models[key]
