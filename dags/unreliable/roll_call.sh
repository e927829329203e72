#!/bin/sh
# Prints how each task ended. STATES is "task=state task=state …".
set -eu

table() {
  echo "| task | state |"
  echo "|---|---|"
  # Task names and states have no spaces, so the shell's own splitting is right here.
  for pair in $STATES; do echo "| ${pair%%=*} | ${pair#*=} |"; done
}

table | tee "$TIDEMILL_SUMMARY"
