"""The challenger: a linear model over TF-IDF of words and word pairs, served in plain Python.

liblinear trains it; its weights are kept sparse here, and this module computes
the decision values itself, because liblinear-predict prints only the best label.
"""
from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from words import words

Weights = list[tuple[int, float]]  # (class, weight), zero weights left out


def grams(listing: dict[str, Any]) -> list[str]:
    """Words and pairs of neighbours."""
    single = words(listing)
    return single + [f"{left} {right}" for left, right in zip(single, single[1:])]


@dataclass
class Vocabulary:
    """Which grams are features, and how much each says about a text (smoothed IDF)."""

    terms: dict[str, tuple[int, float]]  # gram -> (feature, from 0; idf)

    @staticmethod
    def learn(documents: Iterable[dict[str, Any]], min_documents: int) -> Vocabulary:
        """Keeps the grams that at least `min_documents` listings use."""
        seen: Counter[str] = Counter()
        total = 0
        for listing in documents:
            seen.update(set(grams(listing)))
            total += 1
        kept = sorted(gram for gram, count in seen.items() if count >= min_documents)
        return Vocabulary({gram: (i, math.log((1 + total) / (1 + seen[gram])) + 1)
                           for i, gram in enumerate(kept)})

    def features(self, listing: dict[str, Any]) -> list[tuple[int, float]]:
        """Sorted (feature, value); sublinear counts, length 1, so long texts do not win by length."""
        terms = self.terms
        known = Counter(gram for gram in grams(listing) if gram in terms)
        values = []
        for gram, count in known.items():
            feature, idf = terms[gram]
            values.append((feature, (1 + math.log(count)) * idf if count > 1 else idf))
        values.sort()
        length = math.sqrt(sum(value * value for _, value in values)) or 1.0
        return [(feature, value / length) for feature, value in values]


@dataclass
class LinearModel:
    """Labels, vocabulary and weights of a trained model."""

    labels: list[str]
    vocabulary: Vocabulary
    weights: list[Weights]

    def ranked(self, listing: dict[str, Any], top: int) -> list[tuple[str, float]]:
        """The best `top` labels with their decision values, best first."""
        values = [0.0] * len(self.labels)
        for feature, value in self.vocabulary.features(listing):
            for label, weight in self.weights[feature]:
                values[label] += weight * value
        order = sorted(range(len(values)), key=values.__getitem__, reverse=True)[:top]
        return [(self.labels[i], values[i]) for i in order]

    def save(self, path: Path) -> None:
        """One line of labels, then one line per feature."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(self.labels) + "\n")
            for gram, (feature, idf) in self.vocabulary.terms.items():
                row = [gram, round(idf, 5), [[c, round(w, 4)] for c, w in self.weights[feature]]]
                file.write(json.dumps(row, separators=(",", ":")) + "\n")

    @staticmethod
    def load(path: Path) -> LinearModel:
        """Reads what save() wrote."""
        with open(path, encoding="utf-8") as file:
            labels: list[str] = json.loads(next(file))
            terms: dict[str, tuple[int, float]] = {}
            weights: list[Weights] = []
            for gram, idf, row in map(json.loads, file):
                terms[gram] = (len(weights), idf)
                weights.append([(label, weight) for label, weight in row])
        return LinearModel(labels, Vocabulary(terms), weights)


def read_liblinear(path: Path, min_weight: float) -> tuple[list[int], Iterator[Weights]]:
    """Class numbers and weights of liblinear's text format, small weights left out.

    For two classes liblinear stores one column, the first class against the
    second; it is unfolded here so that every model looks the same.
    """
    file = open(path, encoding="ascii")
    header = {}
    for line in file:
        key, _, value = line.strip().partition(" ")
        if key == "w":
            break
        header[key] = value
    classes = [int(text) for text in header["label"].split()]

    def rows() -> Iterator[Weights]:
        with file:
            for line in file:
                values = [float(text) for text in line.split()]
                if len(classes) == 2:
                    values = [values[0], -values[0]]
                yield [(i, value) for i, value in enumerate(values) if abs(value) >= min_weight]

    return classes, rows()
