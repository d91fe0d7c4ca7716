"""Ray Data: images in, answers out, on as many machines as there are.

import ray
from intaglio.ray import Scorer

rows = ray.data.read_images("images/", include_paths=True)
rows = rows.map_batches(
    Scorer,
    fn_constructor_args=("vit.intaglio",),
    compute=ray.data.ActorPoolStrategy(size=2),
    num_cpus=4,
    batch_size=64,
    batch_format="numpy",
)
rows.write_parquet("answers/")
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from intaglio._scoring import clash, column_of, score
from intaglio.model import Model


class Scorer:
    """What `map_batches` runs: every actor opens the model once.

    Takes the column `image` (uint8 [n, height, width, channels], or images of several sizes),
    else `bytes` (of JPEG and PNG files), else `path`. Adds

    - `label`: the name of the first class,
    - `class`: its index, int32,
    - `logit`: its logit, float32,
    - `logits`: all of them, float32 [n, classes], if `logits` is set,
    - `error`: "", or why an image has no answer. Such a row stays, with "" as label, -1 as class
      and NaN as logits.

    - path: the model; a file must lie at this path on every machine.
    - threads: of one actor; None for the `num_cpus` that Ray gave it, at least 1.
    - column: another column than the three.
    - drop_input: leave out the images' column, which is most of a row's bytes.
    - options: those of `intaglio.Model`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        threads: int | None = None,
        logits: bool = False,
        column: str | None = None,
        drop_input: bool = False,
        form: str | None = None,
        **options: Any,
    ):
        self.model = Model(path, threads=_cores() if threads is None else threads, **options)
        self.logits, self.column, self.form = logits, column, form
        self.drop_input = drop_input

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        column = column_of(list(batch), self.column)
        clash(batch, self.logits)
        answers = score(self.model, batch[column], logits=self.logits, form=self.form)
        kept = {
            name: values
            for name, values in batch.items()
            if not (self.drop_input and name == column)
        }
        return {**kept, **answers}


def _cores() -> int:
    """The cores that Ray gave this actor; 1 outside of Ray."""
    import ray

    if not ray.is_initialized():
        return 1
    context: Any = ray.get_runtime_context()
    return max(1, int(context.get_assigned_resources().get("CPU", 1)))
