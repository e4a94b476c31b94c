#!/usr/bin/env bash
# Starts the server as a newcomer wants it: development mode, embedded SQLite file under data/, loopback addresses.
# Everything can be changed by environment variables (docs/configuration.md); Ctrl-C stops all it started.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/pages.sh
mkdir -p data
export ENV="${ENV:-local}"
export DEVELOPMENT="${DEVELOPMENT:-true}"
exec build/bin/doordarshan
