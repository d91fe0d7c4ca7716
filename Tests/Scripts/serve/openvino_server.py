#!/usr/bin/env python3
"""A model of OpenVINO behind FastAPI and uvicorn, as people serve one from Python: a peer to measure beside intaglio-serve.

    pip install openvino fastapi uvicorn numpy
    Tests/Scripts/serve/openvino_server.py MODEL.xml --port 8200 --threads 1

Answers the same binary request: JSON of the length in Inference-Header-Content-Length, then float32. One request is in
work at a time, as a compiled model with one stream runs best.
"""

import argparse
import asyncio
import json
import threading

import numpy
import openvino
import uvicorn
from fastapi import FastAPI, Request, Response


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--port", type=int, default=8200)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    settings = {"INFERENCE_NUM_THREADS": options.threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.Core().compile_model(options.model, "CPU", settings)
    request, lock = compiled.create_infer_request(), threading.Lock()
    shape = [int(size) for size in compiled.input(0).shape]
    app = FastAPI()

    def answer(pixels):
        with lock:
            return numpy.array(request.infer([pixels])[compiled.output(0)])

    @app.get("/v2/health/ready")
    def ready():
        return {"ready": True}

    @app.get("/v2/models/model")
    def metadata():
        return {"name": "model", "inputs": [{"name": "input", "datatype": "FP32", "shape": [-1, *shape[1:]]}]}

    @app.post("/v2/models/model/infer")
    async def infer(call: Request):
        body = await call.body()
        head = int(call.headers["inference-header-content-length"])
        pixels = numpy.frombuffer(body, numpy.float32, offset=head).reshape(shape)
        logits = await asyncio.to_thread(answer, pixels)
        text = json.dumps({"model_name": "model", "outputs": [{
            "name": "logits", "datatype": "FP32", "shape": list(logits.shape),
            "parameters": {"binary_data_size": logits.nbytes}}]}).encode()
        return Response(text + logits.tobytes(), media_type="application/octet-stream",
                        headers={"Inference-Header-Content-Length": str(len(text))})

    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="error")


if __name__ == "__main__":
    main()
