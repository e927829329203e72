#!/bin/sh
# Adds to each package of one partition how many paths it owns, and how many of them are programs.
# PART says which partition; the four tasks differ in nothing else.
set -eu

if [ "$BREAK_PARTITION" = "$PART" ]; then
  echo "Partition $PART was told to fail (parameter break_partition)." >&2
  exit 1
fi

awk -F '\t' -v OFS='\t' '
  # A package without a readable list owns nothing that we can see; the quality check counts those.
  {
    list = "/var/lib/dpkg/info/" $2 ".list"
    paths = programs = 0
    while ((getline path < list) > 0) {
      paths++
      if (path ~ "^(/usr)?/s?bin/") programs++
    }
    close(list)
    print $1, $3, $4, $5, $6 + 0, paths, programs
  }' "$TIDEMILL_IN/parts/$PART.tsv" > "$TIDEMILL_OUT/rows.tsv"

rows=$(wc -l < "$TIDEMILL_OUT/rows.tsv")
echo "rows=$rows" >> "$TIDEMILL_OUTPUT"
echo "partition $PART: $rows packages"
