#!/usr/bin/env bash
# Install Debian packages that are missing: scripts/packages.sh NAME... A name may stand behind a command
# that makes it unnecessary, wherever it came from: node:nodejs.
set -euo pipefail

missing=()
for word in "$@"; do
    name=${word#*:}
    if [ "$name" != "$word" ] && command -v "${word%%:*}" >/dev/null; then continue; fi
    dpkg-query --show --showformat='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "Please install: ${missing[*]}" >&2
    exit 3
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null || true
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
