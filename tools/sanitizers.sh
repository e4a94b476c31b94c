#!/usr/bin/env bash
# Runs the C++ tests of a sanitizer build, with the suppressions that are kept, commented, in tools/sanitizers/.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=$1
export ASAN_OPTIONS="detect_leaks=1:halt_on_error=1"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
export TSAN_OPTIONS="halt_on_error=1:suppressions=$PWD/tools/sanitizers/tsan.supp"
export LSAN_OPTIONS="suppressions=$PWD/tools/sanitizers/lsan.supp"
# GLib's slices would hide from the sanitizers whose memory it is.
export G_SLICE=always-malloc
exec ctest --test-dir "build-$kind" --output-on-failure -j "$(nproc)"
