#!/bin/sh
# The last screen: what came out, where it is, and what to do next.
set -eu

case "$SOURCE" in
  index) data="Debian's package index" ;;
  *) data="OFFLINE DATA: only the packages installed on this machine" ;;
esac
[ "$SAMPLED" = false ] || data="$data (a sample: figures are rough)"

text() {
  cat <<EOF
Data:      $LISTINGS listings, $CLASSES categories, from $data
Champion:  $CHAMPION ($WHY)
Accuracy:  $ACCURACY on unseen sources (macro-F1 $MACRO_F1, top-3 $TOP3)
Published: $ROWS predictions
Where:     $WHERE
Next:      head -3 $WHERE/predictions.jsonl
           cat $WHERE/manifest.json
           tidemill runs                      # this run and the ones before
           dags/listing_category/README.md    # how to break it and repair it
EOF
}

text
{ echo '## Result'; echo '```'; text; echo '```'; } > "$TIDEMILL_SUMMARY"
