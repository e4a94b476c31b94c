#!/usr/bin/env bash
# `build.sh PRESET [TARGET...]` configures and builds one CMake preset; without targets, everything.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
build=build
[[ $preset == release ]] || build=build-$preset

# ninja re-runs CMake itself when a CMake file changed, so configuring is needed once.
if [[ ! -f $build/build.ninja ]]; then
  cmake --preset "$preset" >"/tmp/doordarshan-configure-$$.log" || { cat "/tmp/doordarshan-configure-$$.log"; exit 1; }
  rm -f "/tmp/doordarshan-configure-$$.log"
fi
ninja -C "$build" -j "${JOBS:-$(nproc)}" "${@:2}"
