#!/usr/bin/env bash
# The C interface and the Python package as their users have them: the C example compiled against the header, and the built
# wheel in an environment of its own, without Swift on the PATH. With 'cluster' Ray and Spark on this machine, too.
#
# usage: Scripts/test-python.sh [cluster]
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/install-dependencies.sh gcc python3 python3-venv
Scripts/build-wheel.sh
environment=$PWD/.build/python-test
python3 -m venv "$environment"
wheel=$(ls -t Python/dist/*.whl | head -n 1)
extras=test
[ "${1:-}" = cluster ] && extras=test,ray,spark
"$environment/bin/pip" install --quiet --disable-pip-version-check --force-reinstall --no-deps "$wheel"
"$environment/bin/pip" install --quiet --disable-pip-version-check "$wheel[$extras]"
library=$PWD/.build/library
gcc -std=c99 -Wall -Wextra -pedantic -Werror -I Sources/CIntaglio/include Examples/C/classify.c \
  -L "$library" -lintaglio -Wl,-rpath,"$library" -o "$library/classify"
marks='not ray and not spark'
[ "${1:-}" = cluster ] && marks='ray or spark'
# From another folder, so that the installed package is tested and not its sources.
tests=$PWD/Python/tests
cd .build
env -i HOME="$HOME" PATH=/usr/bin:/bin ${JAVA_HOME:+JAVA_HOME="$JAVA_HOME"} INTAGLIO_REQUIRE_LIBRARY=1 \
  INTAGLIO_CLASSIFY="$library/classify" \
  "$environment/bin/python" -m pytest -q -p no:cacheprovider -m "$marks" "$tests"
