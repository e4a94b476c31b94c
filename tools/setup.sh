#!/usr/bin/env bash
# Prepares a Debian 12 machine: installs the Debian packages that are missing and the npm packages of the lock file.
# Quick when nothing is missing (a look at dpkg's list and one comparison), so make calls it every time.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
installed=" $(dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n' | awk '$2 == "installed" {sub(":.*", "", $1); print $1}' | tr '\n' ' ') "
while read -r package; do
  case "$package" in
    '' | '#'*) continue ;;
    # "name [architecture]": where Debian has it for that one alone.
    *' ['*)
      [[ "$package" == *"[$(dpkg --print-architecture)]" ]] || continue
      package=${package%% *}
      ;;
    # A Node.js of one's own is as good as Debian's.
    nodejs) command -v node >/dev/null && continue ;;
    npm) command -v npm >/dev/null && continue ;;
  esac
  [[ "$installed" == *" $package "* ]] || missing+=("$package")
done < tools/apt-packages.txt

if ((${#missing[@]})); then
  echo "Installing Debian packages: ${missing[*]}"
  as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || { echo "Run as root or install sudo: Debian packages are missing." >&2; exit 1; }
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

node_major=$(node -p 'process.versions.node.split(".")[0]')
if ((node_major < 18)); then
  echo "Node.js 18 or newer is needed, found $(node --version)." >&2
  exit 1
fi

# The stamp is the lock file that was installed, so a changed lock installs again.
if ! cmp -s package-lock.json node_modules/.installed-lock.json; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-lock.json
fi

if git rev-parse --git-dir >/dev/null 2>&1 && [[ -z "$(git config core.hooksPath || true)" && -d tools/hooks ]]; then
  git config core.hooksPath tools/hooks
fi
