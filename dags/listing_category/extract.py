"""Reads the fetched index (or the list of installed packages) into raw.jsonl.

Usage: extract.py index|installed STATE_DIR
"""
from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import task_contract as task
from debian import Listing, stanzas, to_listing

APT_HELPER = "/usr/lib/apt/apt-helper"


def cat_index(path: str) -> Iterator[str]:
    """Lines of an index file; apt-helper knows whichever compression apt has chosen to keep."""
    with subprocess.Popen([APT_HELPER, "cat-file", path], stdout=subprocess.PIPE,
                          encoding="utf-8", errors="replace") as process:
        assert process.stdout is not None
        yield from process.stdout
    if process.returncode != 0:
        task.fail(f"{APT_HELPER} cat-file {path} ended with {process.returncode}.")


def index_files(state: Path, kind: str) -> list[str]:
    """The files of one kind, the security archive first: its rows win over older ones."""
    rows = [line.split("\t") for line in (state / "files.tsv").read_text().splitlines()]
    rows = [row for row in rows if row[0] == kind]
    return [file for _, _, file in sorted(rows, key=lambda row: "Security" not in row[1])]


def full_descriptions(state: Path) -> dict[str, str]:
    """Description-md5 to the whole text; Packages files carry only its first line."""
    texts: dict[str, str] = {}
    for file in index_files(state, "Translations"):
        for stanza in stanzas(cat_index(file)):
            texts[stanza["Description-md5"]] = stanza.get("Description-en", "")
    return texts


def from_index(state: Path) -> Iterator[Listing]:
    """Every package of the index, joined with its long description."""
    task.progress(0.4, "reading descriptions")
    texts = full_descriptions(state)
    for file in index_files(state, "Packages"):
        task.progress(0.6, "joining packages with descriptions")
        for stanza in stanzas(cat_index(file)):
            short = stanza.get("Description", "")
            yield to_listing(stanza, texts.get(stanza.get("Description-md5", ""), short))


def from_installed(state: Path) -> Iterator[Listing]:
    """What dpkg knows of this machine: few rows, but with long text and without a network."""
    with open(state / "installed", encoding="utf-8", errors="replace") as file:
        for stanza in stanzas(file):
            if stanza["Status"] == "installed":  # others are removed, their configuration is left
                yield to_listing(stanza, stanza.get("Description", ""))


def first_of_each_name(listings: Iterator[Listing]) -> list[Listing]:
    """One listing per name, in the order of names.

    A name is in several archives, or installed for two architectures. Archives
    list their packages in an order that changes from day to day; without an order
    of our own, the same data would train another model.
    """
    seen: dict[str, Listing] = {}
    for listing in listings:
        seen.setdefault(listing["name"], listing)
    return [seen[name] for name in sorted(seen)]


def sample(listings: list[Listing], limit: int) -> list[Listing]:
    """Whole sources, in the order of a hash, until `limit` rows are reached; 0 takes all."""
    if limit == 0:
        return listings

    def key(listing: Listing) -> bytes:
        return hashlib.sha256(listing["source"].encode()).digest()

    return sorted(listings, key=key)[:limit]


def describe(source: str, rows: int) -> str:
    """Where the rows come from, in words that nobody can overlook."""
    if source == "index":
        return f"{rows} listings from Debian's package index (network)."
    return (f"OFFLINE DATA: {rows} listings from the packages installed on this machine (dpkg-query), "
            "not from Debian's index. Figures are those of a small sample.")


def main() -> None:
    source, state = sys.argv[1], Path(sys.argv[2])
    read = from_index if source == "index" else from_installed
    listings = sample(first_of_each_name(read(state)), int(task.env("LIMIT")))
    rows = task.write_rows(task.output_path("raw.jsonl"), listings)
    task.output("source", source)
    task.output("rows", rows)
    task.summary(describe(source, rows))
    task.progress(1, "done")
    print(describe(source, rows))


if __name__ == "__main__":
    main()
