"""Images that are drawn from a seed, and the library, which tests need."""

import os

import numpy as np
import pytest

try:
    import intaglio
except ImportError as reason:
    if os.environ.get("INTAGLIO_REQUIRE_LIBRARY") == "1":
        raise
    intaglio = None
    collect_ignore_glob = ["test_*.py"]
    MISSING = str(reason)


def pytest_terminal_summary(terminalreporter):
    if intaglio is None:
        terminalreporter.write_line(f"skipped: nothing is tested, {MISSING}")
    else:
        terminalreporter.write_line(f"with library {intaglio.library_version()}")


def pytest_sessionfinish(session, exitstatus):
    if intaglio is None and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK


def draw(count, seed=1, side=64):
    """Grey images that look like something: uint8 [count, side, side]."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:side, 0:side] / side
    images = []
    for _ in range(count):
        a, b, c = random.uniform(1, 9, 3)
        image = 0.53 + 0.1 * np.sin(a * x + b * y) + 0.06 * np.cos(c * x * y)
        image += random.normal(0, 0.05, (side, side))
        images.append(np.clip(image * 255, 0, 255).astype(np.uint8))
    return np.stack(images)


@pytest.fixture(scope="session")
def images():
    """uint8 [12, 64, 64]"""
    return draw(12)


@pytest.fixture(scope="session")
def paths(images, tmp_path_factory):
    """The same images as PNG files."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("images")
    paths = []
    for place, image in enumerate(images):
        paths.append(str(folder / f"{place:02}.png"))
        Image.fromarray(image).save(paths[-1])
    return paths


@pytest.fixture(scope="session")
def model():
    with intaglio.Model("demo:3", threads=2) as model:
        yield model


@pytest.fixture(scope="session")
def expected(model, images):
    """The logits of the images, one by one: float32 [12, 6]"""
    return np.concatenate([model(image) for image in images])
