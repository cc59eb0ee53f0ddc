#!/usr/bin/env bash
# Builds the native half of the offline mode into artifacts/offline/native. Arguments go to CMake's configuration.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
out="$here/../../../artifacts/offline/native"
mkdir -p "$out"
out="$(cd "$out" && pwd)"
# CMake remembers what it found: other arguments, another libtorch among them, start afresh.
if [ "$(cat "$out/arguments" 2>/dev/null)" != "$*" ]; then
    rm -rf "$out/build"
    printf '%s\n' "$*" >"$out/arguments"
fi
cmake -S "$here" -B "$out/build" -DCMAKE_LIBRARY_OUTPUT_DIRECTORY="$out" "$@" >"$out/configure.log" 2>&1 ||
    { cat "$out/configure.log" >&2; exit 1; }
cmake --build "$out/build" --parallel >"$out/build.log" 2>&1 || { cat "$out/build.log" >&2; exit 1; }
