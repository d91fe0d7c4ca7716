"""A running intaglio-serve, on a free port; it ends with its `with` statement."""

import json
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request


class Server:
    def __init__(self, program, arguments, port=0, wait=30.0):
        self.started = time.monotonic()
        self.process = subprocess.Popen([program, "--port", str(port), *arguments], stderr=subprocess.PIPE, text=True)
        self.port, self.log = None, []
        listening = threading.Event()
        threading.Thread(target=self._read, args=(listening,), daemon=True).start()
        if not listening.wait(wait) or self.port is None:
            self.process.kill()
            raise SystemExit("the server does not start:\n" + "".join(self.log))
        self.ready_after = self._ready(wait)

    def _read(self, listening):
        for line in self.process.stderr:
            self.log.append(line)
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if event.get("message") == "listening":
                self.port = int(event["port"])
                listening.set()
        listening.set()

    def _ready(self, wait):
        while time.monotonic() - self.started < wait:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v2/health/ready", timeout=5):
                    return time.monotonic() - self.started
            except (urllib.error.URLError, OSError):
                time.sleep(0.002)
        self.process.kill()
        raise SystemExit("the server does not become ready:\n" + "".join(self.log))

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as reply:
            return reply.read()

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))

    def stop(self, number=signal.SIGTERM, wait=40):
        """Stops it by a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(wait)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
