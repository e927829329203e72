"""Data checks between extraction and training, and the place where personal data ends.

The maintainer's name and address are in raw.jsonl only. Nothing after this task
sees them: the listings written here have no such column.
"""
from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import task_contract as task

Row = dict[str, Any]
KEPT = ("name", "title", "description", "section", "source")
REQUIRED = ("name", "source")
LEARNABLE = ("title", "section")  # hand-made packages often lack one; those few are left out
MAX_LEFT_OUT = 0.05
SAMPLE_MIN_ROWS = 50  # below this not even a toy model can be split and tested


@dataclass
class Checks:
    """Reports every check and remembers which of them forbid going on."""

    failures: list[str]

    def expect(self, name: str, success: bool, expected: str, actual: str, advice: str,
               column: str | None = None, severity: str = "error") -> None:
        """Records one check; a failed one of severity error will fail the task."""
        task.report_check(name, success, severity, column, expected, actual)
        label = f"{name} ({column})" if column else name
        print(f"{'ok' if success else severity:7} {label}: expected {expected}, found {actual}")
        if not success and severity == "error":
            self.failures.append(f"Check {label} failed: expected {expected}, found {actual}. {advice}")


def plain_section(section: str) -> str:
    """`contrib/net` and `non-free/net` are `net`: the licence area says nothing of the category."""
    return section.rsplit("/", 1)[-1]


def sources_per_section(rows: list[Row]) -> dict[str, set[str]]:
    """Which sources each section has; the split needs several of them."""
    sources: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        sources[row["section"]].add(row["source"])
    return sources


def check_values(checks: Checks, rows: list[Row], min_rows: int) -> list[Row]:
    """Rows, names and missing values. Returns the rows that can be learnt from."""
    checks.expect("min_rows", len(rows) >= min_rows, f">= {min_rows}", str(len(rows)),
                  "The index looks cut off: look at the log of extract.")
    doubles = len(rows) - len({row["name"] for row in rows})
    checks.expect("unique_names", doubles == 0, "0 doubles", str(doubles),
                  "Two rows of one name would count twice.", column="name")
    for column in REQUIRED:
        empty = sum(not row[column] for row in rows)
        checks.expect("not_null", empty == 0, "0 empty", str(empty),
                      f"Every listing needs a {column}.", column=column)
    for column in LEARNABLE:
        empty = sum(not row[column] for row in rows)
        checks.expect("mostly_there", empty <= MAX_LEFT_OUT * len(rows), f"<= {MAX_LEFT_OUT:.0%} empty",
                      str(empty), f"So many listings without a {column} are no accident.", column=column)
    return [row for row in rows if all(row[column] for column in LEARNABLE)]


def check_thin_sections(checks: Checks, rows: list[Row], min_sources: int, sampled: bool) -> list[Row]:
    """A section of one source is on one side of the split only, so it is never both learnt and tested.

    In full data that is a mistake somebody has to decide about. In a sample it
    is expected, and the thin sections are left out.
    """
    sources = sources_per_section(rows)
    thin = sorted(section for section, names in sources.items() if len(names) < min_sources)
    found = ", ".join(f"{section} ({len(sources[section])})" for section in thin) or "none below"
    checks.expect("min_sources_per_class", not thin, f">= {min_sources} sources in every section", found,
                  "Add them to the parameter drop_sections, or lower min_sources_per_class.",
                  column="section", severity="warning" if sampled else "error")
    return [row for row in rows if row["section"] not in thin] if sampled else rows


def check_all(raw: list[Row], sampled: bool) -> tuple[list[Row], list[str]]:
    """Runs every check; returns the rows to train on and what is wrong."""
    checks = Checks([])
    min_rows = SAMPLE_MIN_ROWS if sampled else int(task.env("MIN_ROWS"))
    rows = [{key: row[key] for key in KEPT} | {"section": plain_section(row["section"])}
            for row in check_values(checks, raw, min_rows)]
    dropped = set(json.loads(task.env("DROP_SECTIONS")))
    rows = [row for row in rows if row["section"] not in dropped]
    rows = check_thin_sections(checks, rows, int(task.env("MIN_SOURCES_PER_CLASS")), sampled)
    classes = len({row["section"] for row in rows})
    min_classes = 2 if sampled else int(task.env("MIN_CLASSES"))
    checks.expect("min_classes", classes >= min_classes, f">= {min_classes}", str(classes),
                  "There is too little to tell apart.", column="section")
    return rows, checks.failures


def main() -> None:
    raw = list(task.read_rows(task.input_path("raw")))
    # Offline data and limited runs are samples: the bounds of the whole index would be absurd there.
    sampled = task.env("SOURCE") != "index" or int(task.env("LIMIT")) > 0
    rows, failures = check_all(raw, sampled)
    if failures:
        task.fail("\n".join(failures), task.NO_RETRY)
    task.write_rows(task.output_path("listings.jsonl"), rows)
    classes = len({row["section"] for row in rows})
    task.output("rows", len(rows))
    task.output("classes", classes)
    task.output("dropped", len(raw) - len(rows))
    task.output("sampled", str(sampled).lower())
    task.summary(f"{len(rows)} listings in {classes} categories passed; {len(raw) - len(rows)} were left out. "
                 "The maintainer column ends here.")
    print(f"{len(rows)} listings in {classes} categories; {len(raw) - len(rows)} left out")


if __name__ == "__main__":
    main()
