#!/usr/bin/env python3
"""Asks intaglio-serve with the client of Triton, tritonclient[http] of PyPI, as it is.

    pip install 'tritonclient[http]' numpy
    Tests/Scripts/serve/conformance.py .build/release/intaglio-serve --model demo=MODEL [--image IMAGE]

Starts the server on a free port and stops it. Says what is wrong and exits with 1.
"""

import argparse
import sys

import numpy
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from server import Server


def check(name, holds, found=""):
    print(("ok    " if holds else "WRONG ") + name + ("" if holds else f": {found}"))
    return bool(holds)


def refused(call):
    """The status and message of a refusal; nothing where there is none."""
    try:
        call()
    except InferenceServerException as error:
        return error.status(), error.message()
    return None, None


def run(port, name, image):
    ok = []
    with triton.InferenceServerClient(f"127.0.0.1:{port}") as client:
        ok.append(check("live", client.is_server_live()))
        ok.append(check("ready", client.is_server_ready()))
        ok.append(check("model ready", client.is_model_ready(name)))
        ok.append(check("model ready, version 1", client.is_model_ready(name, "1")))
        ok.append(check("unknown model is not ready", not client.is_model_ready("nix")))
        server = client.get_server_metadata()
        ok.append(check("server metadata", "binary_tensor_data" in server["extensions"], server))
        model = client.get_model_metadata(name)
        ok.append(check("model metadata", model["platform"].startswith("intaglio_"), model))
        index = client.get_model_repository_index()
        ok.append(check("repository index", index[0]["state"] == "READY", index))

        port_in, port_out = model["inputs"][0], model["outputs"][0]
        shape, kind = port_in["shape"][1:], port_in["datatype"]
        random = numpy.random.default_rng(1)
        real = kind == "FP32"
        samples = random.standard_normal([3] + shape).astype(numpy.float32) if real else \
            random.integers(0, 2, [3] + shape).astype(triton.triton_to_np_dtype(kind))

        def tensor(array, binary=True, kind=kind):
            made = triton.InferInput(port_in["name"], list(array.shape), kind)
            made.set_data_from_numpy(array, binary_data=binary)
            return made

        def logits(array, binary_in=True, binary_out=None, **more):
            outputs = None if binary_out is None else \
                [triton.InferRequestedOutput(port_out["name"], binary_data=binary_out)]
            reply = client.infer(name, [tensor(array, binary_in)], outputs=outputs, **more)
            return reply.as_numpy(port_out["name"])

        expected = logits(samples)
        ok.append(check("shape of logits", list(expected.shape) == [3, port_out["shape"][1]], expected.shape))
        for binary_in in (True, False):
            for binary_out in (None, True, False):
                for array, rows in ((samples, expected), (samples[:1], expected[:1])):
                    found = logits(array, binary_in, binary_out)
                    ok.append(check(f"{len(array)} samples, binary in {binary_in}, out {binary_out}",
                                    numpy.array_equal(found.view(numpy.uint32), rows.view(numpy.uint32)), found))
        for algorithm in ("gzip", "deflate"):
            found = logits(samples, request_compression_algorithm=algorithm, response_compression_algorithm=algorithm)
            ok.append(check(algorithm, numpy.array_equal(found, expected), found))
            found = logits(samples, False, False, request_compression_algorithm=algorithm,
                           response_compression_algorithm=algorithm)
            ok.append(check(algorithm + " of JSON", numpy.array_equal(found, expected), found))
        reply = client.infer(name, [tensor(samples)], request_id="a/1", timeout=5_000_000).get_response()
        ok.append(check("id", reply["id"] == "a/1", reply))
        if real:
            half = samples.astype(numpy.float16)
            reply = client.infer(name, [tensor(half, kind="FP16")])
            again = logits(half.astype(numpy.float32))
            ok.append(check("FP16", numpy.array_equal(reply.as_numpy(port_out["name"]), again)))

        top = triton.InferRequestedOutput(port_out["name"], binary_data=True, class_count=2)
        words = client.infer(name, [tensor(samples)], outputs=[top]).as_numpy(port_out["name"])
        first = [int(row[0].split(b":")[1]) for row in words]
        ok.append(check("classification", first == expected.argmax(1).tolist(), words))

        if image:
            encoded = open(image, "rb").read()
            reply = client.infer(name, [tensor(numpy.array([encoded, encoded], object), kind="BYTES")])
            found = reply.as_numpy(port_out["name"])
            ok.append(check("two images", numpy.array_equal(found[0], found[1]), found))
            bad = refused(lambda: client.infer(name, [tensor(numpy.array([encoded[:40]], object), kind="BYTES")]))
            ok.append(check("a cut image", bad[0] == "400", bad))

        other = numpy.zeros([1, 2, 3], numpy.float32)
        for title, call, status, part in [
            ("unknown model", lambda: client.infer("nix", [tensor(samples)]), "404", "no model"),
            ("unknown version", lambda: client.get_model_metadata(name, "7"), "404", "version"),
            ("wrong shape", lambda: client.infer(name, [tensor(other, kind="FP32" if real else kind)])
                if real else client.get_model_metadata("nix"), "400" if real else "404", ""),
            ("wrong type", lambda: client.infer(name, [tensor(numpy.zeros([1] + shape, bool), kind="BOOL")]),
                "400", "BOOL"),
            ("unknown output", lambda: client.infer(name, [tensor(samples)],
                outputs=[triton.InferRequestedOutput("nix")]), "400", "no output"),
        ]:
            found = refused(call)
            ok.append(check(title, found[0] == status and part in (found[1] or ""), found))
    return all(ok)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server")
    parser.add_argument("--model", required=True, metavar="NAME=FILE")
    parser.add_argument("--image")
    options = parser.parse_args()
    with Server(options.server, ["--model", options.model]) as server:
        good = run(server.port, options.model.split("=")[0], options.image)
        good = check("stops with 0", server.stop() == 0) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
