#!/usr/bin/env bash
# Builds libintaglio.so: the C interface of Sources/CIntaglio/include/intaglio.h with the whole program and Swift's own
# libraries in it, so that whoever loads it needs no Swift. Only what the header declares can be seen from outside.
# Usage: Scripts/build-library.sh [FOLDER]   (.build/library unless given)
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-.build/library}
header=Sources/CIntaglio/include/intaglio.h
Scripts/install-dependencies.sh
swift build -c release --product IntaglioC
mkdir -p "$folder"
{
  echo '{ global:'
  grep -o 'intaglio_[a-z0-9_]*(' "$header" | tr '(' ';' | sort -u
  echo 'local: *; };'
} > "$folder/exports.map"
libraries=()
for package in libjpeg libpng zlib libxxhash openblas; do
  read -ra flags <<< "$(pkg-config --libs "$package")"
  libraries+=("${flags[@]}")
done
# Swift's own libraries; an executable finds them by itself, an archive has to be told.
swift=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")/lib/swift_static
foundation=(-lFoundation -lFoundationInternationalization -lFoundationEssentials -l_FoundationICU -lCoreFoundation
  -l_FoundationCShims -l_FoundationCollections -lswiftSynchronization -lswift_RegexParser -lswift_StringProcessing
  -lswift_Concurrency -lswiftGlibc -lswiftCore -lswiftDispatch -ldispatch -lBlocksRuntime -lstdc++ -lm -ldl -lpthread)
"$swift/../../bin/clang" -shared -fuse-ld=lld -o "$folder/libintaglio.so" \
  "$swift/linux/$(uname -m)/swiftrt.o" \
  -Wl,--whole-archive .build/release/libIntaglioC.a -Wl,--no-whole-archive \
  -Wl,-soname=libintaglio.so -Wl,--version-script="$folder/exports.map" -Wl,-s -Wl,-z,defs -Wl,--gc-sections \
  -L "$swift/linux" "${libraries[@]}" -Wl,--start-group "${foundation[@]}" -Wl,--end-group
rm "$folder/exports.map"
rm -rf "$folder/intaglio_IntaglioDemo.resources"
cp -r .build/release/intaglio_IntaglioDemo.resources "$folder/"
cp "$header" "$folder/"
echo "$folder/libintaglio.so"
