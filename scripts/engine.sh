#!/usr/bin/env bash
# Find a container engine, or install Debian's and start it. Says what it did; changes nothing that works.
set -euo pipefail

answers() { .venv/bin/python -c 'from grader.sandbox.engine import Engine; Engine().facts()' 2>/dev/null; }

if answers; then exit 0; fi
if [ -n "${DOCKER_HOST:-}" ]; then
    echo "The engine at DOCKER_HOST=$DOCKER_HOST does not answer. Start it, or unset DOCKER_HOST." >&2
    exit 3
fi
if [ "$(id -u)" != 0 ]; then
    echo "No container engine answers, and only root can start one. Start it, or run this as root." >&2
    exit 3
fi
if ! command -v dockerd >/dev/null; then
    echo "installing the container engine (docker.io)"
    scripts/packages.sh docker.io iptables
fi
log=/var/log/grader-dockerd.log
echo "starting dockerd (log: $log)"
# A pid file that outlived its dockerd (another process may have that number by now) would keep a new one from starting.
pidfile=/var/run/docker.pid
if [ -f "$pidfile" ] && [ "$(cat "/proc/$(cat "$pidfile")/comm" 2>/dev/null)" != dockerd ]; then rm -f "$pidfile"; fi
setsid nohup dockerd >"$log" 2>&1 </dev/null &
for _ in $(seq 120); do
    if answers; then exit 0; fi
    sleep 0.5
done
echo "dockerd did not start within 60 seconds; the end of $log:" >&2
tail -n 20 "$log" >&2
exit 3
