"""Reads Debian package stanzas and turns them into listings.

Two places give the same kind of text: apt's index files and dpkg-query. One
parser serves both, so the offline run exercises the code of the online run.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypedDict

Stanza = dict[str, str]


class Listing(TypedDict):
    """One listing as it leaves extraction; maintainer is personal data."""

    name: str
    title: str
    description: str
    section: str
    source: str
    maintainer: str


def stanzas(lines: Iterable[str]) -> Iterator[Stanza]:
    """Yields one field-to-value dict per blank-line separated stanza.

    Continuation lines keep their line break, so paragraphs survive.
    """
    current: Stanza = {}
    field = ""
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            if current:
                yield current
            current, field = {}, ""
        elif line[0] in " \t":
            if field:
                current[field] += "\n" + line[1:]
        else:
            field, _, value = line.partition(":")
            current[field] = value.strip()
    if current:
        yield current


def long_text(description: str) -> str:
    """Joins the wrapped lines; a lone dot is Debian's empty line."""
    words = (line for line in description.split("\n")[1:] if line.strip() != ".")
    return " ".join(" ".join(words).split())


def source_name(stanza: Stanza) -> str:
    """Source may carry a version in brackets, and is left out when equal to the name."""
    return stanza.get("Source", stanza["Package"]).split(" ")[0]


def to_listing(stanza: Stanza, description: str) -> Listing:
    """Builds a listing from a stanza and its full description."""
    return Listing(
        name=stanza["Package"],
        title=" ".join(description.split("\n")[0].split()),
        description=long_text(description),
        section=stanza.get("Section", ""),
        source=source_name(stanza),
        maintainer=stanza.get("Maintainer", ""),
    )
