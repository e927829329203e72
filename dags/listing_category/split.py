"""Splits the listings into train and test by source package.

One source makes many listings with nearly the same text (libfoo1, libfoo-dev,
foo-doc). Splitting by listing would put copies on both sides and promise nearly
five points of accuracy that nobody will ever see again.
"""
from __future__ import annotations

import hashlib
import random
from typing import Any

import task_contract as task


def in_test(source: str, seed: int, percent: int) -> bool:
    """Decided by a hash of the source: it stays on its side when the index grows."""
    digest = hashlib.sha256(f"{seed}:{source}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent


def check_sides(train: list[dict[str, Any]], test: list[dict[str, Any]]) -> None:
    """Both sides need rows; a tiny sample may leave one empty."""
    if not train or not test:
        task.fail(f"The split left {len(train)} rows to train and {len(test)} to test. "
                  "Give another test_percent, or more data.", task.NO_RETRY)


def main() -> None:
    seed, percent = int(task.env("SEED")), int(task.env("TEST_PERCENT"))
    train: list[dict[str, Any]] = []
    test: list[dict[str, Any]] = []
    for row in task.read_rows(task.input_path("listings")):
        (test if in_test(row["source"], seed, percent) else train).append(row)
    check_sides(train, test)
    # fasttext learns row after row. In the order of names all of `libs` comes in one block and the
    # last block is remembered best: ten points of accuracy lost.
    random.Random(seed).shuffle(train)
    task.output("train_rows", task.write_rows(task.output_path("train.jsonl"), train))
    task.output("test_rows", task.write_rows(task.output_path("test.jsonl"), test))
    print(f"{len(train)} listings to train, {len(test)} to test; no source is on both sides")


if __name__ == "__main__":
    main()
