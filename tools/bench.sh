#!/usr/bin/env bash
# Runs the benchmarks and writes docs/benchmarks.md; `tools/bench.sh --quick` is a short look that writes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
exec node bench/run.mjs "$@"
