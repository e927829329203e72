#!/bin/sh
# Lists the packages installed on this machine and deals them out to four partitions.
set -eu

if ! command -v dpkg-query > /dev/null; then
  echo "This example reads dpkg's database, and dpkg-query is not on this machine." >&2
  exit 78
fi

parts="$TIDEMILL_OUT/parts"
mkdir -p "$parts"
for part in 0 1 2 3; do : > "$parts/$part.tsv"; done

# The third field is the name as dpkg's file lists have it (with the architecture where it needs one).
# shellcheck disable=SC2016  # dpkg-query fills these in, not the shell
format='${db:Status-Status}\t${Package}\t${binary:Package}\t${Architecture}\t${Version}\t${Section}'
dpkg-query -W -f="$format"'\t${Installed-Size}\n' |
  awk -F '\t' -v OFS='\t' -v parts="$parts" '
    $1 == "installed" { print $2, $3, $4, $5, $6, $7 > (parts "/" (rows++ % 4) ".tsv") }
    END { print "rows=" rows + 0 }' >> "$TIDEMILL_OUTPUT"
cat "$TIDEMILL_OUTPUT"
