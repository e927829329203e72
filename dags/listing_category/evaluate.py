"""Lets one model answer every test row and computes its figures.

Usage: evaluate.py fasttext|liblinear MODEL_FILE
"""
from __future__ import annotations

import sys
from pathlib import Path

import figures
import task_contract as task
from models import rank_all


def main() -> None:
    kind, model = sys.argv[1], Path(sys.argv[2])
    rows = list(task.read_rows(task.input_path("test")))
    ranked = [[label for label, _ in ranking] for ranking in rank_all(kind, model, rows)]
    truth = [row["section"] for row in rows]
    task.write_rows(task.output_path("answers.jsonl"),
                    ({"name": row["name"], "truth": row["section"], "answers": answers}
                     for row, answers in zip(rows, ranked)))
    values = {"accuracy": figures.accuracy(truth, ranked),
              "macro_f1": figures.macro_f1(truth, ranked),
              "top3": figures.top_accuracy(truth, ranked)}
    for name, value in values.items():
        task.metric(name, round(value, 6))
    text = (f"{kind}: accuracy {values['accuracy']:.1%}, macro-F1 {values['macro_f1']:.3f}, "
            f"top-3 {values['top3']:.1%} on {len(rows)} listings of unseen sources")
    task.summary(text)
    print(text)


if __name__ == "__main__":
    main()
