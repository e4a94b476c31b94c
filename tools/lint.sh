#!/usr/bin/env bash
# Everything that is checked without compiling, in a few seconds; says all it found before it fails.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0

step() { # name, command...
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then return; fi
  printf '%s\n' "$output"
  echo "lint: $name failed" >&2
  failed=1
}

formatting() {
  git ls-files -z --cached --others --exclude-standard 'src/*.[ch]pp' 'tests/*.[ch]pp' 'bench/*.[ch]pp' |
    xargs -0 -r -n 40 -P "$(nproc)" clang-format-14 --dry-run --Werror
}

step "layering" tools/check_layering.py
step "files" tools/check_files.py
step "secrets" tools/secret_scan.py
step "formatting (make format repairs it)" formatting
step "shell syntax" bash -c 'for script in tools/*.sh tools/hooks/*; do bash -n "$script" || exit 1; done'

((failed)) && exit 1
echo "lint: ok"
