#!/bin/sh
# Removes what a killed load leaves beside the database. Runs whatever happened before.
set -eu

echo "load ended as: $LOAD_STATE"
for left in "$DATABASE.$TIDEMILL_RUN_ID.unfinished"*; do
  [ -e "$left" ] || continue
  rm -f "$left"
  echo "removed $left"
done
