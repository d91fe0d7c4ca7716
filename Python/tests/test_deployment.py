"""The texts in `Docs/deploy`: they parse, and their fields are those that engines document."""

from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml", reason="needs PyYAML")
FOLDER = Path(__file__).parents[2] / "Docs" / "deploy"

# https://kserve.github.io/website/docs/reference/crd-api
PREDICTOR = {
    "minReplicas",
    "maxReplicas",
    "model",
    "scaleMetric",
    "scaleTarget",
    "terminationGracePeriodSeconds",
}
MODEL = {"modelFormat", "protocolVersion", "runtime", "storageUri"}
RUNTIME = {"containers", "protocolVersions", "supportedModelFormats"}
CONTAINER = {
    "args",
    "image",
    "lifecycle",
    "livenessProbe",
    "name",
    "ports",
    "readinessProbe",
    "resources",
    "securityContext",
    "startupProbe",
    "volumeMounts",
}


def documents(name):
    with open(FOLDER / name) as file:
        return list(yaml.safe_load_all(file))


def containers():
    runtime, _ = documents("kserve.yaml")
    deployment, _ = documents("kubernetes.yaml")
    return runtime["spec"]["containers"] + deployment["spec"]["template"]["spec"]["containers"]


def test_kserve():
    runtime, service = documents("kserve.yaml")
    assert (runtime["apiVersion"], runtime["kind"]) == (
        "serving.kserve.io/v1alpha1",
        "ServingRuntime",
    )
    assert (service["apiVersion"], service["kind"]) == (
        "serving.kserve.io/v1beta1",
        "InferenceService",
    )
    assert set(runtime["spec"]) <= RUNTIME
    predictor = service["spec"]["predictor"]
    assert set(service["spec"]) == {"predictor"}
    assert set(predictor) <= PREDICTOR and set(predictor["model"]) <= MODEL
    formats = [one["name"] for one in runtime["spec"]["supportedModelFormats"]]
    assert predictor["model"]["modelFormat"]["name"] in formats
    assert predictor["model"]["runtime"] == runtime["metadata"]["name"]
    assert predictor["model"]["protocolVersion"] in runtime["spec"]["protocolVersions"]
    # KServe looks for this name.
    assert runtime["spec"]["containers"][0]["name"] == "kserve-container"


def test_kubernetes():
    deployment, service = documents("kubernetes.yaml")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels == service["spec"]["selector"]


def test_containers():
    for container in containers():
        assert set(container) <= CONTAINER
        assert container["readinessProbe"]["httpGet"]["path"] == "/v2/health/ready"
        assert container["livenessProbe"]["httpGet"]["path"] == "/v2/health/live"
        threads = [word for word in container["args"] if word.startswith("--threads=")]
        assert threads == [f"--threads={container['resources']['limits']['cpu']}"]
        assert container["resources"]["requests"] == container["resources"]["limits"]


def test_dockerfile():
    text = (FOLDER / "Dockerfile").read_text().replace("\\\n", " ")
    words = [line.split()[0] for line in text.split("\n") if line and not line.startswith("#")]
    assert set(words) <= {"FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "EXPOSE"} | {
        "ENTRYPOINT",
        "CMD",
    }
    assert words.count("FROM") == 2 and words[-1] == "CMD"
