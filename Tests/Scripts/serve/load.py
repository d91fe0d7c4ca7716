#!/usr/bin/env python3
"""Loads intaglio-serve on this machine with wrk, bounded in time, and prints what it found as JSON.

    apt-get install wrk
    Tests/Scripts/serve/load.py .build/release/intaglio-serve --model demo=MODEL [--seconds 5] [--mixed 30]

throughput: few connections; overload: ten times as many and a short queue, which must shed by 429 or 503;
mixed: good, bad and slow clients side by side, whose memory must stay level and whose answers must be right;
stop: SIGTERM in the middle, after which every request that was taken has its answer; restart: after SIGKILL.
Starts every server itself, and ends it. Exits with 1 where something is lost or wrong.
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from server import Server

LUA = pathlib.Path(__file__).with_name("infer.lua")


def metadata(server, name):
    model = json.loads(server.get(f"/v2/models/{name}"))
    return model["inputs"][0]["name"], model["inputs"][0]["shape"][1:]


def wrk(server, name, connections, seconds, batch, mode="count"):
    tensor, shape = metadata(server, name)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(LUA),
               f"http://127.0.0.1:{server.port}/v2/models/{name}/infer", "--", mode, tensor, str(batch), *map(str, shape)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text, _ = process.communicate(timeout=seconds + 60)
    found = re.search(r"^JSON (.*)$", text, re.M)
    return json.loads(found[1]) if found else {"wrk": text}


def payload(tensor, shape, value):
    count = 1
    for dimension in shape:
        count *= dimension
    head = json.dumps({"inputs": [{"name": tensor, "datatype": "FP32", "shape": [1, *shape],
                                   "parameters": {"binary_data_size": 4 * count}}]}).encode()
    return head, head + struct.pack("<f", value) * count


def mixed(server, name, seconds):
    """Good clients compare with the first answer to the same numbers; bad and slow ones only disturb."""
    tensor, shape = metadata(server, name)
    end, lock = time.monotonic() + seconds, threading.Lock()
    counts = {"good": 0, "refused": 0, "slow": 0, "wrong": 0, "lost": 0, "shed": 0}
    known = {}

    def count(what):
        with lock:
            counts[what] += 1

    def good(index):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        turn = index
        while time.monotonic() < end:
            value = (turn % 7) / 8
            head, body = payload(tensor, shape, value)
            turn += 1
            try:
                connection.request("POST", f"/v2/models/{name}/infer", body,
                                   {"Inference-Header-Content-Length": str(len(head))})
                reply = connection.getresponse()
                text = reply.read()
            except OSError:
                count("lost")
                connection.close()
                continue
            if reply.status in (429, 503):
                count("shed")
                continue
            data = json.loads(text)["outputs"][0]["data"] if reply.status == 200 else None
            with lock:
                same = known.setdefault(value, data) == data
            count("good" if reply.status == 200 and same else "wrong")

    def bad():
        bodies = [b"", b"{", b'{"inputs":[]}', b"\xff" * 100, b'{"inputs":[{"name":"x","shape":[99999999999]}]}']
        turn = 0
        while time.monotonic() < end:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                connection.request("POST", f"/v2/models/{name}/infer", bodies[turn % len(bodies)])
                count("refused" if connection.getresponse().status == 400 else "wrong")
                connection.close()
            except OSError:
                count("lost")
            turn += 1
            time.sleep(0.01)

    def slow():
        while time.monotonic() < end:
            with socket.create_connection(("127.0.0.1", server.port)) as connection:
                connection.sendall(f"POST /v2/models/{name}/infer HTTP/1.1\r\nContent-Length: 100000\r\n\r\n".encode())
                try:
                    while time.monotonic() < end:
                        connection.sendall(b" ")
                        time.sleep(0.2)
                except OSError:
                    count("slow")

    work = [(good, (i,)) for i in range(4)] + [(bad, ())] + [(slow, ())] * 8
    threads = [threading.Thread(target=body, args=arguments) for body, arguments in work]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 4)
    early = server.memory()
    for thread in threads:
        thread.join()
    counts["memory_early"], counts["memory_end"] = early, server.memory()
    return counts


def stopping(server, name, clients=8):
    """SIGTERM while clients ask on kept connections: what was sent whole has its answer."""
    tensor, shape = metadata(server, name)
    head, body = payload(tensor, shape, 0.5)
    counts, lock = {"answered": 0, "lost": 0, "other": 0}, threading.Lock()

    def ask():
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                connection.connect()
            except OSError:
                return  # the port is closed
            while connection.sock:
                try:
                    connection.request("POST", f"/v2/models/{name}/infer", body,
                                       {"Inference-Header-Content-Length": str(len(head))})
                    reply = connection.getresponse()
                    reply.read()
                    what = "answered" if reply.status == 200 else "other"
                except OSError:
                    what = "lost"
                    connection.close()
                with lock:
                    counts[what] += 1

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    begin = time.monotonic()
    counts["exit"] = server.stop()
    counts["seconds"] = round(time.monotonic() - begin, 3)
    for thread in threads:
        thread.join()
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server")
    parser.add_argument("--model", required=True, metavar="NAME=FILE")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--mixed", type=int, default=30, help="seconds of good, bad and slow clients")
    parser.add_argument("--batch", type=int, default=8, help="samples of a request, for throughput")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("options", nargs="*", help="after --: more options of the server")
    options = parser.parse_args()
    name, found, wrong = options.model.split("=")[0], {}, []
    base = ["--model", options.model, "--log-level", "error", *options.options]
    # The line that says where it listens is needed.
    base[base.index("error")] = "info"

    with Server(options.server, base) as server:
        found["ready_ms"] = round(1e3 * server.ready_after, 1)
        for batch in {1, options.batch}:
            found[f"throughput_batch_{batch}"] = wrk(server, name, options.connections, options.seconds, batch,
                                                     mode="fast")
        found["stopped"] = server.stop()

    with Server(options.server, base + ["--queue", "16", "--timeout-ms", "200"]) as server:
        found["overload"] = wrk(server, name, 10 * max(16, options.connections), options.seconds, 1)
        if found["overload"].get("bad") or not found["overload"].get("good"):
            wrong.append("overload")

    with Server(options.server, base + ["--read-timeout", "2"]) as server:
        found["mixed"] = mixed(server, name, options.mixed)
        if found["mixed"]["wrong"] or found["mixed"]["lost"]:
            wrong.append("mixed")
        found["stop"] = stopping(server, name)
        if found["stop"]["exit"] or found["stop"]["lost"] or found["stop"]["other"]:
            wrong.append("stop")

    with Server(options.server, base) as server:
        server.stop(signal.SIGKILL)
        port = server.port
    with Server(options.server, base, port=port) as server:
        found["restart_ready_ms"] = round(1e3 * server.ready_after, 1)
        server.stop()

    found["cores"], found["wrong"] = os.cpu_count(), wrong
    print(json.dumps(found, indent=2))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
