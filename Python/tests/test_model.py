"""Models, on the embedded one: 64 × 64 grey images, six classes."""

import gc
import io
import multiprocessing
import os
import pickle
import threading
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import intaglio
from intaglio import ArgumentError, ClosedError, FitError, ImageError, IntaglioError, ModelError
from intaglio.model import softmax

CLASSES = ("flawless", "scratch", "dent", "stain", "crack", "pit")


def test_what_a_model_is(model):
    assert model.input_shape == (1, 64, 64)
    assert model.input_type == "float32"
    assert model.output_count == 6
    assert model.class_names == CLASSES
    assert model.arithmetic == "integer"
    assert model.threads == 2
    assert model.preprocessing["channels"] == 1
    assert isinstance(model.name, str) and isinstance(model.notes, tuple)
    assert not model.output_is_probabilities
    assert "integer" in repr(model) and "6 classes" in repr(model)


def test_equal_to_the_command(model, paths):
    reports = intaglio.run_command("run", "demo:3", *paths)
    logits, answers = model(paths), model.top(paths)
    assert len(reports) == len(paths)
    for report, row, answer in zip(reports, logits, answers):
        for said, mine in zip(report["classes"], answer):
            assert (said["index"], said["name"]) == (mine.index, mine.name)
            assert np.float32(said["logit"]) == row[mine.index] == np.float32(mine.logit)
            assert said["probability"] == pytest.approx(mine.probability, rel=1e-6)


def test_all_kinds_of_images_are_equal(model, images, paths, expected):
    from PIL import Image

    rgb = np.repeat(images[..., None], 3, axis=-1)
    alpha = np.concatenate([rgb, np.full_like(rgb[..., :1], 255)], axis=-1)
    samples = model.preprocess(images[..., None])
    data = [Path(path).read_bytes() for path in paths]
    kinds = {
        "grey": images[..., None],
        "rgb": rgb,
        "alpha": alpha,
        "list": list(images),
        "tuple": tuple(rgb),
        "paths": paths,
        "Path": [Path(path) for path in paths],
        "bytes": data,
        "bytearray": [bytearray(one) for one in data],
        "memoryview": [memoryview(one) for one in data],
        "PIL": [Image.fromarray(image) for image in images],
        "samples": samples,
        "list of samples": list(samples),
        "float64": samples.astype(np.float64),
        "mixed": [images[0], paths[1], data[2], samples[3], *rgb[4:]],
    }
    for kind, value in kinds.items():
        assert np.array_equal(model(value), expected), kind
    for single in (images[0], rgb[0], paths[0], data[0], samples[0], Path(paths[0])):
        assert np.array_equal(model(single), expected[:1])


def test_answers_have_their_form(model, images, expected):
    assert expected.dtype == np.float32 and expected.shape == (12, 6)
    assert model(images[0]).shape == (1, 6)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 12])
def test_batches_equal_singles(model, images, expected, count):
    parts = [model(images[i : i + count, ..., None]) for i in range(0, 12, count)]
    assert np.array_equal(np.concatenate(parts), expected)


def test_long_lists(model, images, expected):
    """More than run at once."""
    places = [place % 12 for place in range(150)]
    assert np.array_equal(model([images[place] for place in places]), expected[places])


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_change_nothing(images, expected, threads):
    with intaglio.Model("demo:3", threads=threads) as model:
        assert model.threads == threads
        assert np.array_equal(model(images[..., None]), expected)
        assert np.array_equal(model(list(images)), expected)


def test_callers_in_several_threads(model, images, expected):
    def call(place):
        return model(images[place % 12])

    with ThreadPoolExecutor(4) as pool:
        for place, answer in enumerate(pool.map(call, range(60))):
            assert np.array_equal(answer[0], expected[place % 12])


@pytest.mark.parametrize("arithmetic", ["float32", "integer", "integer-only"])
def test_arithmetics(images, arithmetic):
    with intaglio.Model("demo:3", arithmetic=arithmetic) as model:
        assert model.arithmetic == arithmetic
        assert np.isfinite(model(images[0])).all()


def test_saturations(images):
    with intaglio.Model("demo:3", arithmetic="integer-only") as model:
        model(images[..., None])
        assert all(isinstance(count, int) for count in model.saturations.values())


def test_preprocessing(model, images, paths):
    samples = model.preprocess(images[..., None])
    assert samples.shape == (12, 1, 64, 64) and samples.dtype == np.float32
    mean, std = (model.preprocessing[key][0] for key in ("mean", "std"))
    plain = (images[:, None].astype(np.float64) / 255 - mean) / std
    assert np.abs(samples - plain).max() < 1e-5
    assert np.array_equal(model.preprocess(paths), samples)
    assert np.array_equal(model.preprocess(paths[0]), samples[:1])
    assert np.array_equal(model.preprocess(images[0]), samples[:1])
    with pytest.raises(FitError):
        model.preprocess(samples)


def test_first_classes(model, images):
    answers = model.top(images[0], k=2)
    assert len(answers) == 1 and len(answers[0]) == 2
    assert answers[0][0].probability >= answers[0][1].probability
    everything = model.top([images[0], images[1]], k=99)
    assert [len(answer) for answer in everything] == [6, 6]
    assert sum(one.probability for one in everything[0]) == pytest.approx(1, abs=1e-12)
    name, index, probability, logit = everything[0][0]
    assert CLASSES[index] == name
    with pytest.raises(ArgumentError):
        model.top(images[0], k=0)


def test_softmax_of_large_logits():
    shares = softmax(np.array([[1e4, 1e4, -1e4]], np.float32))
    assert np.allclose(shares, [[0.5, 0.5, 0]])


# Empty, wrong, damaged.


def test_nothing(model):
    assert model([]).shape == (0, 6)
    assert model(np.empty((0, 64, 64, 1), np.uint8)).shape == (0, 6)
    assert model.run(np.empty((0, 1, 64, 64), np.float32)).shape == (0, 6)
    assert model.preprocess([]).shape == (0, 1, 64, 64)
    assert model.top([]) == []


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((64, 64), np.int64),
        np.zeros((1, 64, 64), np.uint8),
        np.zeros((2, 1, 64, 65), np.float32),
        np.zeros((64, 64), bool),
        np.zeros((64, 64), np.complex64),
        np.zeros((64,), np.uint8),
        np.zeros((0, 64, 1), np.uint8),
        [np.zeros((2, 64, 64, 1), np.uint8)],
        [[1, 2]],
        None,
        3,
    ],
)
def test_wrong_images(model, wrong):
    with pytest.raises((FitError, ArgumentError)):
        model(wrong)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_finite(model, images, bad):
    samples = model.preprocess(images[0])
    samples[0, 0, 3, 4] = bad
    with pytest.raises(IntaglioError, match="finite"):
        model.run(samples)


def test_floats_beyond_float32(model):
    with pytest.raises(IntaglioError, match="finite"):
        model.run(np.full((1, 64, 64), 1e300))


def test_bad_files(model, paths, tmp_path):
    with pytest.raises(ImageError):
        model(b"no image")
    with pytest.raises(ImageError):
        model(b"")
    with pytest.raises(IntaglioError):
        model(Path(paths[0]).read_bytes()[:-200])
    text = tmp_path / "text.png"
    text.write_text("no image")
    with pytest.raises(ImageError, match="text.png"):
        model(text)
    with pytest.raises(ImageError, match="image 1 of 2.*text.png"):
        model([paths[0], text])
    with pytest.raises(FileNotFoundError):
        model(str(tmp_path / "absent.png"))
    with pytest.raises(OSError):
        model(tmp_path)


def test_bad_models(tmp_path):
    with pytest.raises(ModelError, match="absent.intaglio"):
        intaglio.Model(tmp_path / "absent.intaglio")
    damaged = tmp_path / "damaged.intaglio"
    damaged.write_bytes(b"\0" * 100)
    with pytest.raises(IntaglioError):
        intaglio.Model(damaged)
    with pytest.raises(IntaglioError):
        intaglio.Model("demo:3", arithmetic="decimal")
    for threads in (-1, True, 1 << 40):
        with pytest.raises(ArgumentError, match="threads"):
            intaglio.Model("demo:3", threads=threads)
    with pytest.raises(ArgumentError, match="zero byte"):
        intaglio.Model("demo:3\0")


def test_errors_are_of_their_kind():
    error = intaglio.errors.error(3, "no fit")
    assert isinstance(error, (FitError, ValueError)) and error.status == 3
    assert type(pickle.loads(pickle.dumps(error))) is FitError
    command = pickle.loads(pickle.dumps(intaglio.CommandError("no", 3, {"a": 1})))
    assert (str(command), command.exit_code, command.report) == ("no", 3, {"a": 1})
    assert type(intaglio.errors.error(77, "new")) is intaglio.FailedError


# Memory.


def test_arrays_in_other_orders(model, images, expected):
    spread = np.zeros((12, 64, 128, 1), np.uint8)
    spread[:, :, ::2, 0] = images
    assert np.array_equal(model(spread[:, :, ::2]), expected)
    samples = model.preprocess(images[..., None])
    assert np.array_equal(model.run(np.asfortranarray(samples)), expected)
    assert np.array_equal(model.run(samples[::-1]), expected[::-1])
    assert np.array_equal(model.run(samples.astype(">f4")), expected)


def test_nothing_is_copied(model, images, expected):
    samples = np.tile(model.preprocess(images[..., None]), (20, 1, 1, 1))
    out = np.empty((240, 6), np.float32)
    address = out.ctypes.data
    model.run(samples, out)
    tracemalloc.start()
    result = model.run(samples, out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result is out and out.ctypes.data == address
    assert peak < samples.nbytes // 50
    assert np.array_equal(out, np.tile(expected, (20, 1)))


def test_out_in_every_way(model, images, paths, expected):
    for value in (images[..., None], list(images), paths, model.preprocess(paths)):
        out = np.empty((12, 6), np.float32)
        assert model(value, out=out) is out
        assert np.array_equal(out, expected)


@pytest.mark.parametrize(
    "out",
    [
        np.empty((1, 6)),
        np.empty((2, 6), np.float32),
        np.empty((1, 5), np.float32),
        np.empty((1, 12), np.float32)[:, ::2],
        np.frombuffer(bytes(24), np.float32).reshape(1, 6),
        [0.0] * 6,
    ],
)
def test_wrong_out(model, images, out):
    with pytest.raises(FitError, match="out"):
        model(images[0], out=out)


def test_out_may_not_be_the_input(model):
    memory = np.zeros(4096 + 6, np.float32)
    with pytest.raises(FitError, match="apart"):
        model.run(memory[:4096].reshape(1, 64, 64), memory[10:16].reshape(1, 6))


def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux")
def test_memory_stays_level(images):
    def open_and_close(count):
        for _ in range(count):
            with intaglio.Model("demo:3", threads=2) as model:
                model(images[0])

    open_and_close(10)
    before = resident()
    open_and_close(100)
    assert resident() - before < 16 << 20


# Threads and processes.


def test_other_threads_run_meanwhile(model, images):
    batch = np.tile(images[..., None], (60, 1, 1, 1))
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    start = time.monotonic()
    model(batch)
    end = time.monotonic()
    done.set()
    ticker.join()
    assert sum(start < moment < end for moment in ticks) >= max(3, (end - start) / 0.05)


def test_closed(images):
    model = intaglio.Model("demo:3")
    assert not model.closed
    model.close()
    model.close()
    assert model.closed and "closed" in repr(model)
    for call in (lambda: model(images[0]), lambda: model.saturations):
        with pytest.raises(ClosedError):
            call()


def test_closed_while_it_runs(images, expected):
    model = intaglio.Model("demo:3", threads=1)
    batch = np.tile(images[..., None], (60, 1, 1, 1))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(model, batch)
        time.sleep(0.02)
        model.close()
        try:
            assert np.array_equal(running.result(), np.tile(expected, (60, 1)))
        except ClosedError:  # Closed before it began.
            pass
    with pytest.raises(ClosedError):
        model(images[0])


def answer(model, image):
    return os.getpid(), model(image)


def test_pickling_to_other_processes(model, images, expected):
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        results = list(pool.map(answer, [model] * 4, images[:4]))
    assert all(process != os.getpid() for process, _ in results)
    assert np.array_equal(np.concatenate([row for _, row in results]), expected[:4])


def test_pickles_keep_what_was_said():
    with intaglio.Model("demo:3", threads=1, arithmetic="float32") as model:
        with pickle.loads(pickle.dumps(model)) as other:
            assert (other.threads, other.arithmetic) == (1, "float32")
            assert repr(other) == repr(model)


def test_pickles_of_files_stand_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    intaglio.integerize("demo:3", "model.intaglio")
    with intaglio.Model("model.intaglio") as model:
        data = pickle.dumps(model)
    monkeypatch.chdir("/")
    pickle.loads(data).close()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_processes_are_told(model, images):
    child = os.fork()
    if child == 0:
        try:
            model(images[0])
        except intaglio.ForkError:
            os._exit(7)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7
    assert model(images[0]).shape == (1, 6)


def test_bytes_in_memory(model, images, expected):
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(images[5]).save(file, "PNG")
    assert np.array_equal(model(file.getvalue()), expected[5:6])
