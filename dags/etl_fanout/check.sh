#!/bin/sh
# Quality check over all partitions together: nothing lost, nothing doubled, nothing absurd.
# Fails with exit 78: the same rows would be just as wrong the next time.
# The dollars in single quotes are awk's.
# shellcheck disable=SC2016
set -eu

cat "$TIDEMILL_IN"/rows_* > "$TIDEMILL_OUT/packages.tsv"

failed=0
# check NAME ACTUAL OPERATOR EXPECTED: one line for the record, one for the reader.
check() {
  if test "$2" "$3" "$4"; then success=true; else success=false; failed=$((failed + 1)); fi
  printf '{"check": "%s", "success": %s, "severity": "error", "expected": "%s %s", "actual": "%s"}\n' \
    "$1" "$success" "$3" "$4" "$2" >> "$TIDEMILL_CHECKS"
  echo "$1: expected $3 $4, found $2: $success"
}

columns() { awk -F '\t' "$1" "$TIDEMILL_OUT/packages.tsv"; }

rows=$(wc -l < "$TIDEMILL_OUT/packages.tsv")
check nothing_lost "$rows" -eq "$EXTRACTED"
check no_doubles "$(cut -f 1,2 "$TIDEMILL_OUT/packages.tsv" | sort | uniq -d | wc -l)" -eq 0
check seven_columns "$(columns 'NF != 7 { n++ } END { print n + 0 }')" -eq 0
check no_negative_size "$(columns '$5 < 0 { n++ } END { print n + 0 }')" -eq 0
check lists_readable "$(columns '$6 == 0 { n++ } END { print n + 0 }')" -le $((rows / 20))

if [ "$failed" -gt 0 ]; then
  echo "$failed checks failed; nothing is loaded and the database stays as it was." >&2
  exit 78
fi
echo "rows=$rows" >> "$TIDEMILL_OUTPUT"
