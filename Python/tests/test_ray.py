"""A Ray cluster on this machine: two workers, and a core that reads."""

import os
import secrets
import signal
from pathlib import Path

import numpy as np
import pytest

import intaglio

pytestmark = pytest.mark.ray
ray = pytest.importorskip("ray", reason="needs ray[data]")
pytest.importorskip("ray.data", reason="needs ray[data]")

from intaglio.ray import Scorer  # noqa: E402

HERE = Path(__file__).parent
ROOT = Path(intaglio.__file__).parent.parent


class Mortal(Scorer):
    """Its process ends by SIGKILL in the middle of the run, once."""

    def __init__(self, path, grave, **options):
        super().__init__(path, **options)
        self.grave, self.batches = grave, 0

    def __call__(self, batch):
        self.batches += 1
        if self.batches == 2:
            try:
                os.close(os.open(self.grave, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(batch)


@pytest.fixture(scope="module")
def cluster():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(HERE)]))
        # Nothing is written to the home folder.
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        ray.init(num_cpus=3, include_dashboard=False, object_store_memory=200 << 20)
        yield
        ray.shutdown()


def scored(rows, scorer=Scorer, arguments=("demo:3",), **options):
    return rows.map_batches(
        scorer,
        fn_constructor_args=arguments,
        fn_constructor_kwargs=options,
        compute=ray.data.ActorPoolStrategy(size=2),
        num_cpus=1,
        batch_size=4,
        batch_format="numpy",
    )


def by_id(rows):
    return sorted(rows, key=lambda row: row["id"])


def check(rows, model, expected):
    assert len(rows) == len(expected)
    for row, logits in zip(rows, expected):
        assert row["error"] == ""
        assert row["class"] == logits.argmax()
        assert row["label"] == model.class_names[logits.argmax()]
        assert np.float32(row["logit"]) == logits.max()


def test_parquet_in_and_out(cluster, tmp_path, model, paths, expected):
    """Bytes of files, a damaged one and an absent one among them."""
    items = [{"id": i, "bytes": Path(path).read_bytes()} for i, path in enumerate(paths)]
    items.append({"id": 12, "bytes": b"no image"})
    source, target = str(tmp_path / "in"), str(tmp_path / "out")
    ray.data.from_items(items).repartition(3).write_parquet(source)
    scored(ray.data.read_parquet(source), logits=True, drop_input=True).write_parquet(target)
    rows = by_id(ray.data.read_parquet(target).take_all())
    assert set(rows[0]) == {"id", "label", "class", "logit", "logits", "error"}
    check(rows[:12], model, expected)
    assert np.array_equal(np.stack([row["logits"] for row in rows[:12]]), expected)
    bad = rows[12]
    assert bad["error"] and (bad["label"], bad["class"]) == ("", -1)
    assert np.isnan(bad["logit"]) and np.isnan(bad["logits"]).all()


def test_pixels_and_paths(cluster, tmp_path, model, images, paths, expected):
    arrays = ray.data.from_items([{"id": i, "image": image} for i, image in enumerate(images)])
    check(by_id(scored(arrays).take_all()), model, expected)
    files = [*paths, str(tmp_path / "absent.png")]
    names = ray.data.from_items([{"id": i, "path": path} for i, path in enumerate(files)])
    rows = by_id(scored(names).take_all())
    check(rows[:12], model, expected)
    assert "absent.png" in rows[12]["error"] and rows[12]["path"].endswith("absent.png")


def test_a_worker_is_killed(cluster, tmp_path, model, images, expected):
    places = list(range(12)) * 5
    items = [{"id": i, "image": images[place]} for i, place in enumerate(places)]
    rows = ray.data.from_items(items).repartition(12)
    grave = str(tmp_path / "grave")
    answers = by_id(scored(rows, Mortal, ("demo:3", grave)).take_all())
    assert os.path.exists(grave)
    assert [row["id"] for row in answers] == list(range(60))
    check(answers, model, expected[places])


def test_threads_are_the_cores_given(cluster):
    class Threads(Scorer):
        def __call__(self, batch):
            return {"threads": np.full(len(batch["id"]), self.model.threads)}

    rows = ray.data.from_items([{"id": 0}]).map_batches(
        Threads,
        fn_constructor_args=("demo:3",),
        compute=ray.data.ActorPoolStrategy(size=1),
        num_cpus=2,
        batch_format="numpy",
    )
    assert rows.take_all()[0]["threads"] == 2
