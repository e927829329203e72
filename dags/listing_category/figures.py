"""How good a classification is, computed here and not by the tools.

`fasttext test` skips rows whose label it was not trained on and so promises
two to three points too many; its test-label prints an F1 above one.
"""
from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence


def accuracy(truth: Sequence[str], ranked: Sequence[Sequence[str]]) -> float:
    """Share of rows whose first answer is right; no answer is wrong."""
    return sum(answers[:1] == [label] for label, answers in zip(truth, ranked)) / len(truth)


def top_accuracy(truth: Sequence[str], ranked: Sequence[Sequence[str]]) -> float:
    """Share of rows whose label is among the answers."""
    return sum(label in answers for label, answers in zip(truth, ranked)) / len(truth)


def macro_f1(truth: Sequence[str], ranked: Sequence[Sequence[str]]) -> float:
    """Mean of the F1 of every category that occurs, so the small ones count like the large."""
    said = [answers[0] if answers else "" for answers in ranked]
    right = Counter(label for label, answer in zip(truth, said) if label == answer)
    true, claimed = Counter(truth), Counter(said)
    labels = (set(true) | set(claimed)) - {""}
    return sum(2 * right[label] / (true[label] + claimed[label]) for label in labels) / len(labels)


def majority_share(labels: Sequence[str]) -> float:
    """What always answering the most frequent category would reach: the floor of floors."""
    return Counter(labels).most_common(1)[0][1] / len(labels)


def mcnemar(only_first: int, only_second: int) -> tuple[float, float]:
    """Chi-square with continuity correction and its p-value (one degree of freedom).

    Only rows where exactly one of two models is right can tell them apart.
    """
    differing = only_first + only_second
    if differing == 0:
        return 0.0, 1.0
    chi_square = max(0.0, abs(only_first - only_second) - 1) ** 2 / differing
    return chi_square, math.erfc(math.sqrt(chi_square / 2))
