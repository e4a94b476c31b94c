#!/usr/bin/env bash
# Builds the pages that the server serves, when their sources are newer than what was built: the web app, and the test page.
set -euo pipefail
cd "$(dirname "$0")/.."

stale() { # what was built, its sources...
  [[ ! -f "$1" || -n "$(find "${@:2}" package-lock.json -newer "$1" -type f -not -path '*/dist/*' -not -path '*/node_modules/*' -print -quit)" ]]
}

if stale web/app/dist/index.html web/app sdk/src; then
  echo "Building the web app"
  npm run --silent build:web -- --logLevel warn
fi
if stale web/try/dist/app.js web/try; then npm run --silent build:try; fi
