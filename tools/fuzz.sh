#!/usr/bin/env bash
# Builds the fuzzers with clang's libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer, and runs each in turn.
# tools/fuzz.sh SECONDS [NAME...]; what they find is left in test-output/fuzz/ and belongs into tests/fuzz/corpus/NAME/.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true

if [[ ! -f build-fuzz/build.ninja ]]; then
  cmake --preset clang -B build-fuzz -DDD_FUZZ=ON -DDD_SANITIZE=address,undefined,fuzzer-no-link \
    -DDD_WORKER_SANITIZE=address,undefined,fuzzer-no-link >/dev/null
fi
names=("$@")
if ((${#names[@]} == 0)); then
  for source in tests/fuzz/fuzz_*.cpp; do
    name=${source##*/fuzz_}
    names+=("${name%.cpp}")
  done
fi
ninja -C build-fuzz "${names[@]/#/fuzz_}"

# Undefined behaviour is a finding too, not a line of the log.
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
mkdir -p test-output/fuzz
failed=0
for name in "${names[@]}"; do
  echo "fuzz $name: $seconds s"
  mkdir -p "test-output/fuzz/$name"
  read -ra options < <(sed -n 's|^// libfuzzer: ||p' "tests/fuzz/fuzz_$name.cpp"; echo)
  # New inputs go to the first folder; the committed corpus is only read.
  build-fuzz/bin/"fuzz_$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
    "${options[@]}" \
    -artifact_prefix="test-output/fuzz/$name-" "test-output/fuzz/$name" "tests/fuzz/corpus/$name" || failed=1
done
exit "$failed"
