#!/bin/sh
# Fetches the package index into a private folder and turns it into listings.
# Needs no rights: nothing of the system's own apt state is read locked or written.
set -eu

# The folder of checkpoints outlives an attempt, so a retry goes on with what it has.
state="$TIDEMILL_CHECKPOINT/apt"
mkdir -p "$state/lists/partial" "$state/cache"

# Read by apt after its own configuration. Many images switch translations off, and those hold the
# long descriptions. Hooks of other software have no business with a private index. The sandbox user
# would need rights on every folder above; as root this turns it off, for others it changes nothing.
cat > "$state/apt.conf" <<EOF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::Languages;
Acquire::Languages "en";
Acquire::Retries "2";
Acquire::http::Timeout "15";
Acquire::https::Timeout "15";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Sandbox::User "root";
Dir::State::Lists "$state/lists";
Dir::Cache "$state/cache";
EOF

progress() { echo "$1 $2" > "$TIDEMILL_PROGRESS"; }

# Prints "kind<TAB>label<TAB>file" of what apt holds of Debian itself. Other vendors' archives on
# this machine stay out: their sections mean other things.
index_files() {
  # shellcheck disable=SC2016  # apt fills these in, not the shell
  apt-get -c "$state/apt.conf" indextargets \
    --format '$(CREATED_BY)	$(ORIGIN)	$(LABEL)	$(FILENAME)' |
    awk -F '\t' '$2 == "Debian" && ($1 == "Packages" || $1 == "Translations") { print $1 "\t" $3 "\t" $4 }'
}

fetch_index() {
  command -v apt-get > /dev/null || { echo "apt-get is not on this machine" >&2; return 1; }
  for try in 1 2; do
    progress 0.1 "fetching the package index, try $try"
    # apt-get ends with 0 even when an archive did not answer, so the files are the verdict.
    timeout 120 apt-get -c "$state/apt.conf" update || echo "apt-get update ended with $?" >&2
    index_files > "$state/files.tsv"
    if grep -q '^Packages' "$state/files.tsv" && grep -q '^Translations' "$state/files.tsv"; then
      return 0
    fi
    echo "try $try of 2: no complete index of Debian was fetched" >&2
    sleep "$try"
  done
  return 1
}

read_installed() {
  progress 0.5 "reading the installed packages"
  # The same stanzas as in an index, so that one parser reads both.
  # shellcheck disable=SC2016  # dpkg-query fills these in, not the shell
  format='Status: ${db:Status-Status}\nPackage: ${Package}\nSource: ${source:Package}\nSection: ${Section}\n'
  # shellcheck disable=SC2016
  format="$format"'Maintainer: ${Maintainer}\nDescription: ${Description}\n\n'
  dpkg-query -W -f="$format" > "$state/installed"
}

used=installed
case "$SOURCE" in
  auto)
    if fetch_index; then
      used=index
    else
      echo "::warning::No network: falling back to the packages installed on this machine."
    fi ;;
  index)
    # 75 asks for another attempt later: a network comes back.
    if ! fetch_index; then
      echo "The package index could not be fetched, and source=index forbids the fallback." >&2
      exit 75
    fi
    used=index ;;
esac
[ "$used" = index ] || read_installed

python3 extract.py "$used" "$state"
rm -rf "$state"
