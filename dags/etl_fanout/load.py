"""Loads the checked rows into a database file that is replaced as a whole.

The new database is built and synced beside the old one, then renamed over it.
A reader who has the old one open keeps reading it; nobody sees a half.
"""
from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

SCHEMA = """
CREATE TABLE packages (
  name TEXT NOT NULL, architecture TEXT NOT NULL, version TEXT NOT NULL, section TEXT NOT NULL,
  size_kib INTEGER NOT NULL CHECK (size_kib >= 0), paths INTEGER NOT NULL, programs INTEGER NOT NULL,
  PRIMARY KEY (name, architecture)
) STRICT;
CREATE TABLE loads (run TEXT NOT NULL, rows INTEGER NOT NULL) STRICT;
"""
Row = tuple[str, str, str, str, int, int, int]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of the checked file, typed as the table wants them."""
    with open(path, encoding="utf-8", newline="") as file:
        for name, architecture, version, section, size, paths, programs in csv.reader(
                file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield name, architecture, version, section, int(size), int(paths), int(programs)


def build(database: Path, rows: Path, run: str) -> int:
    """Writes a new database and proves that it is whole."""
    connection = sqlite3.connect(database)
    try:
        connection.executescript(SCHEMA)
        with connection:
            connection.executemany("INSERT INTO packages VALUES (?, ?, ?, ?, ?, ?, ?)", read_rows(rows))
            count: int = connection.execute("SELECT count(*) FROM packages").fetchone()[0]
            connection.execute("INSERT INTO loads VALUES (?, ?)", (run, count))
        verdict: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise SystemExit(f"The new database is damaged ({verdict}); the old one stays.")
    finally:
        connection.close()
    return count


def sync_folder(folder: Path) -> None:
    """Brings the renamed entry to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main() -> None:
    run = os.environ["TIDEMILL_RUN_ID"]
    target = Path(os.environ["DATABASE"]).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{run}.unfinished")
    unfinished.unlink(missing_ok=True)  # an attempt before this one may have been killed
    count = build(unfinished, Path(os.environ["TIDEMILL_IN"]) / "packages", run)
    os.replace(unfinished, target)  # sqlite synced the file itself at its commit
    sync_folder(target.parent)
    with open(os.environ["TIDEMILL_OUTPUT"], "a", encoding="utf-8") as file:
        file.write(f"rows={count}\ndatabase={target}\n")
    print(f"loaded {count} packages into {target}")


if __name__ == "__main__":
    main()
