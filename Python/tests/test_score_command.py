"""`intaglio score` and the adapters of the clusters give the same rows."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from intaglio.ray import Scorer


def test_rows_of_score_are_those_of_the_scorer(paths, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_text("no image")
    listed = [*paths, str(bad)]
    images, rows = tmp_path / "list.txt", tmp_path / "rows.jsonl"
    images.write_text("\n".join(listed) + "\n")
    command = [sys.executable, "-m", "intaglio", "score", "demo:3", "--data", images, "-o", rows]
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
    found = [json.loads(line) for line in Path(rows).read_text().splitlines()]
    assert [row["image"] for row in found] == listed
    answers = Scorer("demo:3", threads=1)({"path": np.array(listed, object)})
    for place, row in enumerate(found[:-1]):
        assert row["class"] == answers["class"][place]
        assert row["name"] == answers["label"][place]
        assert np.float32(row["logit"]) == answers["logit"][place]
        assert answers["error"][place] == ""
    assert found[-1]["error"] and answers["error"][-1]
