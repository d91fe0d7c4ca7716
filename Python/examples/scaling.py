#!/usr/bin/env python3
"""Images per second of one worker and of two, as JSON.

    python scaling.py --engine ray --model demo:3 --images 4000

Every worker has one thread and its own process; images are drawn from a seed and lie in memory as
PNG bytes. Time counts from the first image that is handed out to the last answer, with workers
started and models open.
"""

import argparse
import io
import json
import multiprocessing
import os
import platform
import sys
import time

import numpy as np

import intaglio

# Images per call.
BATCH = 32


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engine", choices=["processes", "ray", "spark"], default="processes")
    parser.add_argument("--model", default="demo:3")
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--side", type=int, default=64, help="pixels of an image's sides")
    arguments = parser.parse_args()
    encoded = draw(min(arguments.images, 64), arguments.side)
    rows = [encoded[place % len(encoded)] for place in range(arguments.images)]
    measure = {"processes": on_processes, "ray": on_ray, "spark": on_spark}[arguments.engine]
    seconds = {workers: measure(arguments.model, rows, workers) for workers in arguments.workers}
    rates = {workers: len(rows) / taken for workers, taken in seconds.items()}
    first = arguments.workers[0]
    report = {
        "engine": arguments.engine,
        "model": arguments.model,
        "images": len(rows),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "machine": platform.machine(),
        "library": intaglio.library_version(),
        "imagesPerSecond": {str(workers): round(rate, 1) for workers, rate in rates.items()},
        "speedup": {str(workers): round(rate / rates[first], 3) for workers, rate in rates.items()},
    }
    json.dump(report, sys.stdout, indent=2)
    print()


def draw(count, side):
    """PNG files of grey noise on a slope."""
    from PIL import Image

    random = np.random.default_rng(7)
    slope = np.linspace(90, 160, side)[:, None]
    files = []
    for _ in range(count):
        pixels = np.clip(slope + random.normal(0, 20, (side, side)), 0, 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        files.append(file.getvalue())
    return files


def batches(rows):
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]


def open_model(name):
    global model
    model = intaglio.Model(name, threads=1)


def run_batch(rows):
    return model(rows).argmax(axis=1)


def on_processes(name, rows, workers):
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, open_model, (name,)) as pool:
        pool.map(run_batch, [rows[:BATCH]] * workers * 2, 1)  # All are there.
        start = time.perf_counter()
        answers = sum(len(part) for part in pool.imap_unordered(run_batch, batches(rows)))
        taken = time.perf_counter() - start
    assert answers == len(rows)
    return taken


def on_ray(name, rows, workers):
    """Ray's own actors, as those of `map_batches`, without the time in which it plans."""
    import ray

    from intaglio.ray import Scorer

    if not ray.is_initialized():
        ray.init(num_cpus=max(3, os.cpu_count()), include_dashboard=False, log_to_driver=False)
    pool = [ray.remote(num_cpus=1)(Scorer).remote(name) for _ in range(workers)]
    tables = [{"bytes": np.array(part, object)} for part in batches(rows)]
    actors = ray.util.ActorPool(pool)
    warm = [actor.__call__.remote(tables[0]) for actor in pool]
    ray.get(warm)
    start = time.perf_counter()
    answers = actors.map_unordered(lambda actor, table: actor.__call__.remote(table), tables)
    count = sum(len(answer["class"]) for answer in answers)
    taken = time.perf_counter() - start
    for actor in pool:
        ray.kill(actor)
    assert count == len(rows)
    return taken


def on_spark(name, rows, workers):
    from pyspark.sql import SparkSession

    from intaglio.spark import output_schema, score_partitions

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        SparkSession.builder.master(f"local[{workers}]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH))
        .getOrCreate()
    )
    table = session.createDataFrame([(row,) for row in rows], "bytes binary")
    table = table.repartition(4 * workers).cache()
    answers = table.mapInPandas(score_partitions(name), output_schema(table.schema))
    assert answers.where("error = ''").count() == len(rows)  # Models are open.
    start = time.perf_counter()
    count = answers.where("error = ''").count()
    taken = time.perf_counter() - start
    session.stop()
    assert count == len(rows)
    return taken


if __name__ == "__main__":
    main()
