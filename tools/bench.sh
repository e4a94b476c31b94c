#!/usr/bin/env bash
# Runs the benchmarks and writes docs/benchmarks.md; `tools/bench.sh --quick` is a short look that writes nothing, and
# `--only=forwarding,recording` writes these sections alone (api, picture, signaling, forwarding, cores, recording).
set -euo pipefail
cd "$(dirname "$0")/.."
# What forwarding is compared with; nothing else needs it, so nothing else builds it.
tools/build.sh release mediasoup-worker-stock
exec node bench/run.mjs "$@"
