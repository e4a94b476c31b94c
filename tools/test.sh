#!/usr/bin/env bash
# Every test, in the order in which failures are cheapest to find: lint, the tests of SDK, web app and benchmarks, C++ tests, end to end in Chromium.
# `tools/test.sh e2e` runs the end-to-end part alone. Logs and screenshots go to test-output/.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p test-output

if [[ "${1:-all}" == all ]]; then
  tools/lint.sh
  npm run --silent test:sdk
  npm run --silent test:web
  npm run --silent test:bench
  ctest --test-dir build --output-on-failure --no-tests=error -j "$(nproc)"
fi

tools/pages.sh
npm run --silent test:e2e
