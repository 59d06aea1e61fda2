#!/bin/sh
# Installs the page checkers of tests/browser/package.json into build/node. No lock file: it would name a
# registry's host; the versions are exact, and no install script runs.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
wanted="$root/tests/browser/package.json"
mkdir -p "$root/build/node"
cd "$root/build/node"
if [ -f installed.json ] && cmp -s installed.json "$wanted"; then
    exit 0
fi
cp "$wanted" package.json
npm install --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error
cp "$wanted" installed.json
