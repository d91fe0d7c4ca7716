#!/usr/bin/env bash
# The server as its clients see it, with models of the demo: an unchanged tritonclient, wrk for some seconds, and the page in
# a headless Chromium. Every server is started and ended by these scripts.
#
# usage: Scripts/test-serving.sh [SECONDS_OF_LOAD [SECONDS_OF_MIXED_CLIENTS]]     (2 and 8)
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/install-dependencies.sh wrk chromium python3 python3-venv
# Apart from the other tests, which take every core for minutes while these wait for answers.
swift test -c release --skip-build --filter IntaglioServingTests 2>&1 | grep -v -E '^◇ Test case|^✔ Test case'
environment=.build/serving
python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check 'tritonclient[http]==2.*' pillow numpy
python=$environment/bin/python
server=.build/release/intaglio-serve
"$python" -c 'import numpy, PIL.Image
pixels = numpy.random.default_rng(1).integers(90, 160, (64, 64), numpy.uint8)
PIL.Image.fromarray(pixels).save(".build/serving/image.png")'
"$python" Tests/Scripts/serve/conformance.py "$server" --model demo=demo:3 --image .build/serving/image.png
"$python" Tests/Scripts/serve/load.py "$server" --model demo=demo:3 --seconds "${1:-2}" --mixed "${2:-8}"
"$python" Tests/Scripts/serve/page.py "$server" --model demo=demo:3 --image .build/serving/image.png
