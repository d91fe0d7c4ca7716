#!/usr/bin/env python3
"""Uses the page of intaglio-serve in a headless Chromium, as a visitor would: drops an image on it.

    Tests/Scripts/serve/page.py .build/release/intaglio-serve --model demo=MODEL --image IMAGE [--screenshots DIR]

At 1280 and 390 pixels, light and dark: no errors, no requests to elsewhere, no scrolling sideways, five bars at most,
times and facts, a curl command that a shell runs, and a message for a file that is no image. The page is passed on by
a small server of this script, which holds it in a frame of that width. Says what is wrong and exits with 1; 2 without
Chromium.
"""

import argparse
import html
import http.client
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from server import Server

WATCH = """<script>window.faults = [];
addEventListener('error', e => faults.push('error: ' + e.message));
addEventListener('unhandledrejection', e => faults.push('rejected: ' + e.reason));
addEventListener('securitypolicyviolation', e => faults.push('reaches for ' + e.blockedURI));
for (const kind of ['error', 'warn']) console[kind] = (...words) => faults.push(kind + ': ' + words.join(' '));
</script>"""

HARNESS = """<!doctype html><meta charset="utf-8"><style>body{margin:0}iframe{border:0;width:%(width)dpx;height:1250px}</style>
<iframe src="/"></iframe><pre id="result" hidden></pre><script>
const frame = document.querySelector('iframe'), wait = ms => new Promise(done => setTimeout(done, ms));
const until = async test => { for (let i = 0; i < 200; i++) { if (test()) return true; await wait(50); } return false; };
frame.onload = async () => {
  const page = frame.contentWindow, doc = frame.contentDocument, $ = id => doc.getElementById(id), found = {};
  const drop = (bytes, name) => {
    const files = new page.DataTransfer();
    files.items.add(new page.File([bytes], name, { type: 'image/png' }));
    $('drop').dispatchEvent(new page.DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
  };
  found.models = await until(() => $('model').options.length > 0);
  drop(new Uint8Array([1, 2, 3]), 'wrong.png');
  found.refused = await until(() => $('status').classList.contains('wrong')) && $('status').textContent;
  drop(await (await fetch('/image')).arrayBuffer(), 'image.png');
  found.answered = await until(() => !$('answer').hidden);
  await wait(100);
  found.bars = [...doc.querySelectorAll('.class')].map(e => e.innerText);
  found.times = $('times').innerText; found.facts = $('facts').innerText; found.curl = $('curl').textContent;
  found.preview = $('preview').naturalWidth;
  found.status = $('status').textContent;
  found.over = doc.documentElement.scrollWidth - page.innerWidth;
  found.cut = [...doc.querySelectorAll('body *')].filter(e => !e.closest('#file') && e.checkVisibility()
    && e.getBoundingClientRect().right > page.innerWidth + 1).map(e => e.tagName + '#' + e.id);
  found.faults = page.faults;
  document.getElementById('result').textContent = JSON.stringify(found);
};
</script>"""


def proxy(port, image):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def answer(self, status, headers, body):
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            # With the visitor's Host, as a proxy has to: the server holds Origin against it.
            headers = {n: v for n, v in self.headers.items() if n.lower() != "accept-encoding"}
            connection.request(self.command, self.path, body, headers)
            reply = connection.getresponse()
            text, headers = reply.read(), reply.getheaders()
            if self.path == "/":
                text = text.replace(b"<head>", b"<head>" + WATCH.encode(), 1)
                headers = [(n, v.replace("frame-ancestors 'none'", "frame-ancestors 'self'")) for n, v in headers]
            self.answer(reply.status, headers, text)

        def do_GET(self):
            if self.path.startswith("/harness/"):
                page = HARNESS % {"width": int(self.path.split("/")[2])}
                self.answer(200, [("Content-Type", "text/html")], page.encode())
            elif self.path == "/image":
                self.answer(200, [("Content-Type", "image/png")], image)
            else:
                self.pass_on()

        do_POST = pass_on

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def browse(program, uri, scheme, extra):
    with tempfile.TemporaryDirectory() as profile:
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                   f"--user-data-dir={profile}", f"--blink-settings=preferredColorScheme={scheme}",
                   "--virtual-time-budget=20000", "--window-size=1280,1250", *extra, uri]
        return subprocess.run(command, capture_output=True, text=True, timeout=120).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server")
    parser.add_argument("--model", required=True, metavar="NAME=FILE")
    parser.add_argument("--image", required=True)
    parser.add_argument("--screenshots")
    options = parser.parse_args()
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    program = next((p for p in map(shutil.which, filter(None, names)) if p), None)
    if not program:
        print("Chromium is missing; 'apt-get install chromium', or name one in $CHROMIUM", file=sys.stderr)
        sys.exit(2)
    with open(options.image, "rb") as file:
        image = file.read()
    wrong = []
    with Server(options.server, ["--model", options.model]) as server:
        pages = proxy(server.port, image)
        for width in (1280, 390):
            for name, scheme in (("light", 1), ("dark", 0)):
                where = f"{width} pixels, {name}"
                uri = f"http://127.0.0.1:{pages.server_address[1]}/harness/{width}"
                dump = browse(program, uri, scheme, ["--dump-dom"])
                match = re.search(r'<pre id="result"[^>]*>(.+?)</pre>', dump, re.S)
                if not match:
                    wrong.append(f"{where}: the page does not come to an end")
                    continue
                found = json.loads(html.unescape(match[1]))
                for what, holds in {
                    "models": found["models"], "a message for what is no image": found["refused"],
                    "an answer": found["answered"], "bars": 1 <= len(found["bars"]) <= 5,
                    "times": "queue" in found["times"] and "engine" in found["times"], "facts": found["facts"],
                    "a preview": found["preview"] > 0, "no message": not found["status"],
                    "nothing beyond the edge": found["over"] <= 0 and not found["cut"],
                    "no faults": not found["faults"],
                }.items():
                    if not holds:
                        wrong.append(f"{where}: expected {what}, found {found}")
                if options.screenshots:
                    os.makedirs(options.screenshots, exist_ok=True)
                    path = os.path.join(options.screenshots, f"{width}-{name}.png")
                    browse(program, uri, scheme, [f"--screenshot={path}"])
        # The command of the page, with this image, against the server itself.
        command = found["curl"].replace("image.jpg", f"'{options.image}'")
        command = re.sub(r"http://127\.0\.0\.1:\d+", f"http://127.0.0.1:{server.port}", command)
        text = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30).stdout
        if '"outputs"' not in text:
            wrong.append(f"the curl command gives {text!r}: {command}")
        pages.shutdown()
        server.stop()
    for line in wrong:
        print(line)
    print("wrong" if wrong else "the page is right")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
