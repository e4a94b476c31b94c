#!/usr/bin/env bash
# clang-tidy with the short list of .clang-tidy over what a build compiled; minutes, so it is not part of `make lint`.
# tools/tidy.sh [BUILD_DIR [FILE...]]; the build directory needs its compile_commands.json.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
shift || true
if (($#)); then
  files=("$@")
else
  mapfile -t files < <(git ls-files 'src/*.cpp' ':!src/*_test.cpp')
fi
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "${JOBS:-$(nproc)}" clang-tidy-14 --quiet -p "$build"
