#!/usr/bin/env python3
"""Images a second of intaglio-serve beside `intaglio bench` and, if wanted, beside another server, in turn within one run.

    apt-get install wrk
    Tests/Scripts/serve/throughput.py .build/release --model MODEL [--threads 1] [--batch 8] [--connections 4] [--rounds 8]
        [--peer 'COMMAND …'] [--peer-port 8200]

MODEL is a file with a plan. The bench runs batches of --batch in process; the server gets requests of one image each by wrk,
of --connections at a time, and may run --batch of them together. A peer is started by its command and has to answer
POST /v2/models/model/infer alike. Prints a line of JSON: medians over the rounds, and ratios of medians. Machines vary
from second to second, so nothing else may run, and absolute numbers mean little.
"""

import argparse
import json
import statistics
import subprocess
import time
import urllib.request

from load import wrk
from server import Server


class Bench:
    """`intaglio bench --worker`: answers 'run SECONDS' with the seconds of every call."""

    def __init__(self, folder, model, threads, batch):
        self.batch = batch
        command = [f"{folder}/intaglio", "bench", model, "--threads", str(threads), "--batch", str(batch), "--worker"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def rate(self, seconds):
        self.process.stdin.write(f"run {seconds}\n")
        self.process.stdin.flush()
        times = json.loads(self.process.stdout.readline())["t"]
        return self.batch / statistics.median(times)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Peer:
    """Another server, by its command."""

    def __init__(self, command, port):
        self.port = port
        self.process = subprocess.Popen(command, shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                self.get("/v2/health/ready")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the peer does not answer")

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as reply:
            return reply.read()

    def stop(self):
        self.process.terminate()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--peer")
    parser.add_argument("--peer-port", type=int, default=8200)
    options = parser.parse_args()
    bench = Bench(options.folder, options.model, options.threads, options.batch)
    arguments = ["--threads", str(options.threads), "--max-batch", str(options.batch)]
    peer = Peer(options.peer, options.peer_port) if options.peer else None
    rates = {"bench": [], "serve": [], "peer": []}
    latency = []
    with Server(f"{options.folder}/intaglio-serve", ["--model", f"model={options.model}", *arguments]) as server:
        for _ in range(options.rounds):
            rates["bench"].append(bench.rate(options.seconds))
            found = wrk(server, "model", options.connections, round(options.seconds), 1)
            rates["serve"].append(found["samples_per_second"])
            latency.append(found["p99_ms"])
            if peer:
                found = wrk(peer, "model", options.connections, round(options.seconds), 1)
                rates["peer"].append(found["samples_per_second"])
    bench.stop()
    if peer:
        peer.stop()
    medians = {name: round(statistics.median(found), 1) for name, found in rates.items() if found}
    report = {"threads": options.threads, "batch": options.batch, "images_per_second": medians,
              "serve_p99_ms": round(statistics.median(latency), 2), "serve_to_bench": round(medians["serve"] / medians["bench"], 3)}
    if peer:
        report["serve_to_peer"] = round(medians["serve"] / medians["peer"], 3)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
