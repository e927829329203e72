"""Lets the champion answer every listing.

Each row says how far the best answer is ahead of the second: a far lead can be
taken as it is, a close one is a question for a person. Margins compare within
one model only (probabilities of fasttext, decision values of liblinear).
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import task_contract as task
from models import Ranking, rank_all
from words import words

MODEL_FILES = {"fasttext": "model_fasttext", "liblinear": "model_liblinear"}


def prediction(row: dict[str, Any], ranking: Ranking) -> dict[str, Any]:
    """One published row. A listing without a single word gets the category `unknown`."""
    if not words(row):
        return {"name": row["name"], "category": "unknown", "margin": 0.0, "agrees": False}
    category, best = ranking[0]
    margin = best - ranking[1][1] if len(ranking) > 1 else best
    return {"name": row["name"], "category": category, "margin": round(margin, 4),
            "agrees": category == row["section"]}


def predictions(kind: str, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    model = task.input_path(MODEL_FILES[kind])
    for row, ranking in zip(rows, rank_all(kind, model, rows), strict=True):
        yield prediction(row, ranking)


def main() -> None:
    rows = list(task.read_rows(task.input_path("listings")))
    champion = task.env("CHAMPION")
    count = task.write_rows(task.output_path("predictions.jsonl"), predictions(champion, rows))
    if count != len(rows):
        task.fail(f"{count} of {len(rows)} listings were scored.")
    task.output("rows", count)
    task.progress(1, "done")
    print(f"{champion} scored {count} listings")


if __name__ == "__main__":
    main()
