#!/bin/sh
# Runs only when the challenger has won: says which categories it answers better, for the person who
# decides whether the larger model is worth it.
set -eu

{
  echo "The challenger won. Where only one of the two models was right, by category:"
  echo
  python3 - "$TIDEMILL_IN/disagreements" <<'EOF'
import json
import sys
from collections import Counter

gained, lost = Counter(), Counter()
with open(sys.argv[1], encoding="utf-8") as file:
    for row in map(json.loads, file):
        better = row["liblinear"] == [row["truth"]]
        (gained if better else lost)[row["truth"]] += 1
for label, count in (gained - lost).most_common(5):
    print(f"- {label}: {gained[label]} gained, {lost[label]} lost")
EOF
} | tee "$TIDEMILL_SUMMARY"
