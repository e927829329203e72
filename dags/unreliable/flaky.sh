#!/bin/sh
# Fails the first $FAILURES times. It counts in the folder of checkpoints, the
# place for anything that an attempt wants to hand to the next one.
set -eu

count_file="$TIDEMILL_CHECKPOINT/count"
count=0
if [ -s "$count_file" ]; then count=$(cat "$count_file"); fi
count=$((count + 1))
echo "$count" > "$count_file"

if [ "$count" -le "$FAILURES" ]; then
  echo "attempt $TIDEMILL_ATTEMPT fails on purpose ($count of $FAILURES)" >&2
  exit 1
fi
echo "attempts=$count" >> "$TIDEMILL_OUTPUT"
echo "attempt $TIDEMILL_ATTEMPT succeeds"
