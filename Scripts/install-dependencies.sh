#!/usr/bin/env bash
# Makes sure that the system libraries Intaglio links are there, and the Debian packages given as
# arguments; installs them where it may, and says exactly what is missing where it may not.
set -euo pipefail

packages=(pkg-config libjpeg-dev libpng-dev zlib1g-dev libxxhash-dev libopenblas-dev "$@")

if ! command -v swift > /dev/null; then
  echo "error: no 'swift' on the PATH; Intaglio needs Swift 6.3 or newer (https://www.swift.org/install)" >&2
  exit 1
fi

if ! command -v dpkg-query > /dev/null; then
  echo "note: not a Debian system; install the equivalents of: ${packages[*]}" >&2
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif sudo -n true 2> /dev/null; then
  as_root=(sudo -n)
else
  echo "error: missing Debian packages: ${missing[*]}" >&2
  echo "       this account may not install them; ask an administrator to run" >&2
  echo "       apt-get install ${missing[*]}" >&2
  exit 1
fi

echo "Installing ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}" > /dev/null
