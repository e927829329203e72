#!/bin/sh
# Lists the packages installed on this machine and deals them out to four partitions.
set -eu

command -v dpkg-query > /dev/null || { echo "This example reads dpkg's database, and dpkg-query is not here." >&2; exit 78; }

parts="$TIDEMILL_OUT/parts"
mkdir -p "$parts"
for part in 0 1 2 3; do : > "$parts/$part.tsv"; done

# The third field is the name as dpkg's file lists have it (with the architecture where it needs one).
dpkg-query -W -f='${db:Status-Status}\t${Package}\t${binary:Package}\t${Architecture}\t${Version}\t${Section}\t${Installed-Size}\n' |
  awk -F '\t' -v OFS='\t' -v parts="$parts" '
    $1 == "installed" { print $2, $3, $4, $5, $6, $7 > (parts "/" (rows++ % 4) ".tsv") }
    END { print "rows=" rows + 0 }' >> "$TIDEMILL_OUTPUT"
cat "$TIDEMILL_OUTPUT"
