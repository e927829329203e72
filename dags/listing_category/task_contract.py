"""The task contract of Tidemill, as seen from Python: environment names and plain files.

Nothing here is needed to write a task; `echo rows=12 >> "$TIDEMILL_OUTPUT"`
does the same. It only keeps the other scripts short.
"""
from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

NO_RETRY = 78  # exit code: trying again with the same data cannot help


def input_path(name: str) -> Path:
    """A declared input; read-only."""
    return Path(os.environ["TIDEMILL_IN"]) / name


def output_path(name: str) -> Path:
    """A file to be kept as an artifact, when the task succeeds."""
    return Path(os.environ["TIDEMILL_OUT"]) / name


def _append(variable: str, text: str) -> None:
    with open(os.environ[variable], "a", encoding="utf-8") as file:
        file.write(text)


def env(name: str) -> str:
    """A variable that the DAG file sets, from a parameter or from an earlier task's output."""
    return os.environ[name]


def output(name: str, value: object) -> None:
    """A value that later tasks read as `tasks.<this>.outputs.<name>`."""
    _append("TIDEMILL_OUTPUT", f"{name}={value}\n")


def metric(name: str, value: float) -> None:
    """A number that is kept over runs and can be drawn."""
    _append("TIDEMILL_METRICS", json.dumps({"name": name, "value": value}) + "\n")


def summary(markdown: str) -> None:
    """A part of the task's page."""
    _append("TIDEMILL_SUMMARY", markdown + "\n")


def report_check(check: str, success: bool, severity: str, column: str | None,
                 expected: str, actual: str) -> None:
    """One data check with what was asked for and what was found."""
    row: dict[str, Any] = {"check": check, "success": success, "severity": severity,
                           "expected": expected, "actual": actual}
    if column is not None:
        row["column"] = column
    _append("TIDEMILL_CHECKS", json.dumps(row) + "\n")


_last_progress = 0.0


def progress(share: float, text: str) -> None:
    """Moves the progress bar, at most five times a second."""
    global _last_progress
    now = time.monotonic()
    if share < 1 and now - _last_progress < 0.2:
        return
    _last_progress = now
    Path(os.environ["TIDEMILL_PROGRESS"]).write_text(f"{share:.3f} {text}\n", encoding="utf-8")


def fail(message: str, code: int = 1) -> NoReturn:
    """Ends the task; the last lines on stderr are what people see first."""
    print(message, file=sys.stderr)
    sys.exit(code)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a JSON-lines file, one at a time."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def write_rows(path: Path, rows: Iterable[object]) -> int:
    """Writes JSON lines and says how many."""
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count
