"""Ranks the categories of many listings by either model, behind one function."""
from __future__ import annotations

import multiprocessing
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import task_contract as task
from linear import LinearModel
from words import words

Row = dict[str, Any]
Ranking = list[tuple[str, float]]  # (category, value), best first; values compare within a model only

TOP = 3
LABEL = "__label__"
CHUNK = 500

_linear: LinearModel  # loaded before the pool forks, so the processes share its memory


def _rank_one(row: Row) -> Ranking:
    return _linear.ranked(row, TOP)


def rank_linear(model: Path, rows: list[Row]) -> Iterator[Ranking]:
    """By the linear model, on every core this task may use."""
    global _linear
    _linear = LinearModel.load(model)
    cores = len(os.sched_getaffinity(0))
    if cores == 1 or len(rows) < 4 * CHUNK:
        yield from map(_rank_one, rows)
        return
    with multiprocessing.get_context("fork").Pool(min(cores, 4)) as pool:
        yield from pool.imap(_rank_one, rows, CHUNK)


def parse_fasttext(line: str) -> Ranking:
    """`__label__net 0.91 __label__web 0.04` as pairs; an empty line stays an empty ranking."""
    fields = line.split()
    return [(label.removeprefix(LABEL), float(value)) for label, value in zip(fields[::2], fields[1::2])]


def rank_fasttext(model: Path, rows: list[Row]) -> Iterator[Ranking]:
    """By fasttext's own program, one line in and one line out."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "texts.txt"
        text.write_text("".join(" ".join(words(row)) + "\n" for row in rows), encoding="utf-8")
        command = ["fasttext", "predict-prob", str(model), str(text), str(TOP)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        task.fail(f"fasttext predict-prob ended with {done.returncode}: {done.stderr}")
    yield from map(parse_fasttext, done.stdout.splitlines())


def rank_all(kind: str, model: Path, rows: list[Row]) -> Iterator[Ranking]:
    """One ranking per row, in the order of the rows. Moves the progress bar."""
    rankings = {"fasttext": rank_fasttext, "liblinear": rank_linear}[kind](model, rows)
    count = 0
    for ranking in rankings:
        count += 1
        task.progress(count / len(rows), f"{count} of {len(rows)} listings")
        yield ranking
    if count != len(rows):
        task.fail(f"The {kind} model answered {count} of {len(rows)} listings; nothing it said is used.")
