#!/usr/bin/env bash
# Pages as a reader sees them: the demo's report in both languages and the guidelines, in a headless Chromium; and that the
# guidelines are what their script makes of the reports that are kept.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/install-dependencies.sh chromium tidy python3
pages=.build/pages
rm -rf "$pages"
mkdir -p "$pages"
for language in en ja; do
  .build/release/intaglio report demo --quick --lang "$language" --work "$pages/work" -o "$pages/$language.html" > /dev/null
done
Scripts/guidelines.py --check
Scripts/check-pages.py "$pages/en.html" "$pages/ja.html" Docs/guidelines.html
