#!/bin/sh
# Leaves a daemon that has a session of its own and holds the task's output open, as badly written
# services do. The task is over all the same, and the daemon is cleared away.
set -eu

setsid sleep "$SECONDS_TO_LIVE" &
echo "daemon_pid=$!" >> "$TIDEMILL_OUTPUT"
echo "left process $! behind"
