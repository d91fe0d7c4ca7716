#!/usr/bin/env bash
# Generates Sources/IntaglioData/ONNX/onnx_subset.pb.swift from onnx_subset.proto.
#
# Needs protoc (Debian: protobuf-compiler). The Swift plugin is built from the swift-protobuf
# release that this package depends on, so generator and library are always the same version.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v protoc > /dev/null || {
  echo "protoc is missing: apt-get install protobuf-compiler" >&2
  exit 1
}
plugin="${PROTOC_GEN_SWIFT:-}"
if [ -z "$plugin" ]; then
  swift package resolve
  checkout=.build/checkouts/swift-protobuf
  swift build -c release --package-path "$checkout" --scratch-path .build/protoc-gen-swift \
    --product protoc-gen-swift
  plugin=.build/protoc-gen-swift/release/protoc-gen-swift
fi
folder=Sources/IntaglioData/ONNX
protoc --plugin="protoc-gen-swift=$plugin" --proto_path="$folder" \
  --swift_out="$folder" --swift_opt=Visibility=Package --swift_opt=UseAccessLevelOnImports=true \
  onnx_subset.proto
