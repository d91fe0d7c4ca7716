#!/usr/bin/env bash
# The tests of the training package, in a Python environment of its own in .build, with the program that was built.
set -euo pipefail
cd "$(dirname "$0")/.."
environment=.build/training
if ! python3 -m venv "$environment" 2> /dev/null; then
  Scripts/install-dependencies.sh python3 python3-venv
  python3 -m venv "$environment"
fi
"$environment/bin/pip" install --quiet --disable-pip-version-check 'torch==2.13.*' -e './Training[test]'
INTAGLIO=$PWD/.build/release/intaglio "$environment/bin/python" -m pytest -q Training
