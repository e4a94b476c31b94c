#!/usr/bin/env bash
# What the sanitizers see, with the suppression that is kept, with its reason, in tools/sanitizers/.
#   sanitizers.sh asan|tsan       the C++ tests of that build
#   sanitizers.sh e2e [FILE...]   the end-to-end tests, those named or all, with the server of build/ and the worker of
#                                 build-asan/. A worker that crashes is started again, as it should be, so its reports are collected:
#                                 one is enough to fail.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=$1
shift
export ASAN_OPTIONS="detect_leaks=1:halt_on_error=1"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
# Libraries that were not compiled with it synchronise in ways it cannot see: GStreamer, GLib and the codecs hand buffers over with atomics
# of their own. What they touch is theirs. Suppressing their reports instead costs a hundredfold: each is found before it is thrown away.
export TSAN_OPTIONS="halt_on_error=1:ignore_noninstrumented_modules=1"
export LSAN_OPTIONS="suppressions=$PWD/tools/sanitizers/lsan.supp"
# GLib's slices would hide from the sanitizers whose memory it is.
export G_SLICE=always-malloc
if [[ $kind != e2e ]]; then
  exec ctest --test-dir "build-$kind" --output-on-failure -j "$(nproc)"
fi

unset ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS # the browser's and node's own affair
reports=$PWD/test-output/sanitizers
rm -rf "$reports"
mkdir -p "$reports"
# The server gives a worker an environment of its own, so this stands between them. Undefined behaviour is reported and gone on with: one
# run shows all of it. The worker ends by _Exit(), so leaks are not looked for; the churn test watches its memory.
cat >"$reports/worker" <<EOF
#!/bin/sh
export ASAN_OPTIONS=log_path=$reports/report:detect_leaks=0:quarantine_size_mb=16
export UBSAN_OPTIONS=log_path=$reports/report:print_stacktrace=1
exec $PWD/build-asan/bin/mediasoup-worker "\$@"
EOF
chmod +x "$reports/worker"

# A meeting moves between servers with a gap under 2 s. Such workers, each several times slower, and the tabs take 2.4 to 3.5 s on 2 cores.
export DD_DRAIN_GAP_MS=6000

tools/pages.sh
failed=0
DD_SERVER_ENV="{\"RTC_WORKER_PATH\":\"$reports/worker\"}" node tests/e2e/run.mjs "$@" || failed=1
for report in "$reports"/report.*; do
  [[ -e $report ]] || continue
  echo "=== $report"
  cat "$report"
  failed=1
done
exit "$failed"
