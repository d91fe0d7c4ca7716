"""A Spark cluster of two workers on this machine."""

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

import intaglio
from intaglio.spark import answer_type, make_predict_fn, output_schema, score_partitions

pytestmark = pytest.mark.spark
pyspark = pytest.importorskip("pyspark", reason="needs pyspark")
ROOT = Path(intaglio.__file__).parent.parent


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("SPARK_HOME", os.path.dirname(pyspark.__file__))
        patch.setenv("PYTHONPATH", str(ROOT))
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("intaglio")
        for key, value in {
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.executor.memory": "512m",
            "spark.sql.shuffle.partitions": "4",
            "spark.sql.execution.arrow.maxRecordsPerBatch": "4",
            "spark.executorEnv.PYTHONPATH": str(ROOT),
            **{
                f"spark.executorEnv.{name}": os.environ[name]
                for name in ("INTAGLIO_LIBRARY",)
                if name in os.environ
            },
        }.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        yield session
        session.stop()


@pytest.fixture
def source(spark, tmp_path, paths):
    """A Parquet file of the images' bytes, a damaged one and an absent one among them."""
    items = [(i, Path(path).read_bytes()) for i, path in enumerate(paths)]
    items += [(12, b"no image"), (13, None)]
    path = str(tmp_path / "in")
    spark.createDataFrame(items, "id int, bytes binary").repartition(4).write.parquet(path)
    return path


def check(rows, model, expected):
    rows = sorted(rows, key=lambda row: row["id"])
    assert [row["id"] for row in rows] == list(range(len(rows)))
    for row, logits in zip(rows, expected):
        assert row["error"] == ""
        assert row["class"] == logits.argmax()
        assert row["label"] == model.class_names[logits.argmax()]
        assert np.float32(row["logit"]) == logits.max()
        assert np.array_equal(np.float32(row["logits"]), logits)
    for row in rows[len(expected) :]:
        assert row["error"] and (row["label"], row["class"]) == ("", -1)
        assert row["logit"] is None


def test_partitions(spark, source, tmp_path, model, expected):
    rows = spark.read.parquet(source)
    schema = output_schema(rows.schema, logits=True, drop_input=True)
    target = str(tmp_path / "out")
    scorer = score_partitions("demo:3", logits=True, drop_input=True)
    rows.mapInPandas(scorer, schema).write.parquet(target)
    answers = spark.read.parquet(target)
    assert answers.columns == ["id", "label", "class", "logit", "error", "logits"]
    answers = answers.collect()
    assert len(answers) == 14
    check(answers, model, expected)


def test_function_for_models(spark, source, model, expected):
    from pyspark.ml.functions import predict_batch_udf

    answer = predict_batch_udf(
        make_predict_fn("demo:3", logits=True), return_type=answer_type(logits=True), batch_size=4
    )
    rows = spark.read.parquet(source).where("bytes is not null").withColumn("a", answer("bytes"))
    answers = rows.select("id", "a.*").collect()
    assert len(answers) == 13
    check(answers, model, expected)


def test_arrays(spark, model, images, expected):
    from pyspark.ml.functions import predict_batch_udf

    answer = predict_batch_udf(
        make_predict_fn("demo:3", logits=True, form="pixels"),
        return_type=answer_type(logits=True),
        batch_size=4,
        input_tensor_shapes=[[64, 64, 1]],
    )
    items = [(i, image.ravel().tolist()) for i, image in enumerate(images)]
    rows = spark.createDataFrame(items, "id int, image array<short>")
    check(rows.withColumn("a", answer("image")).select("id", "a.*").collect(), model, expected)


@pytest.mark.parametrize("victim", ["python", "executor"])
def test_a_worker_is_killed(spark, tmp_path, model, images, expected, victim):
    """Its Python, or the Java program above it, ends by SIGKILL in the middle of the run, once."""
    grave = str(tmp_path / "grave")
    inner = score_partitions("demo:3", logits=True, form="pixels", drop_input=True)

    def parent(process):
        with open(f"/proc/{process}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[1])

    def mortal(frames):
        for place, answers in enumerate(inner(frames)):
            if place == 1:
                try:
                    os.close(os.open(grave, os.O_CREAT | os.O_EXCL))
                except FileExistsError:
                    pass
                else:
                    own = os.getpid()
                    os.kill(own if victim == "python" else parent(parent(own)), signal.SIGKILL)
            yield answers

    places = list(range(12)) * 4
    items = [(i, images[place].tolist()) for i, place in enumerate(places)]
    rows = spark.createDataFrame(items, "id int, image array<array<short>>").repartition(4)
    schema = output_schema(rows.schema, logits=True, drop_input=True)
    answers = rows.mapInPandas(mortal, schema).collect()
    assert os.path.exists(grave)
    assert len(answers) == 48
    check(answers, model, expected[places])
