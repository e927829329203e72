#!/bin/sh
# Takes its time and says how far it is.
set -eu

total="$SECONDS_TO_TAKE"
passed=0
while [ "$passed" -lt "$total" ]; do
  printf '0.%02d second %d of %d\n' "$((passed * 100 / total))" "$passed" "$total" > "$TIDEMILL_PROGRESS"
  sleep 1
  passed=$((passed + 1))
done
echo "1 done" > "$TIDEMILL_PROGRESS"
