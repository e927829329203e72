"""Chooses between the two models by their answers to exactly the same rows."""
from __future__ import annotations

from typing import Any

import figures
import task_contract as task

SIGNIFICANT = 0.05
Answers = list[dict[str, Any]]


def read_answers(name: str) -> Answers:
    return list(task.read_rows(task.input_path(name)))


def check_same_rows(champion: Answers, challenger: Answers) -> None:
    """Figures on different rows are not comparable, however close they look."""
    for first, second in zip(champion, challenger, strict=True):
        if (first["name"], first["truth"]) != (second["name"], second["truth"]):
            task.fail(f"The models answered different rows ({first['name']}, {second['name']}).", task.NO_RETRY)


def is_right(row: dict[str, Any]) -> bool:
    return bool(row["answers"][:1] == [row["truth"]])


def choose(champion: Answers, challenger: Answers) -> tuple[str, str]:
    """The winner and why, in one sentence. A draw keeps fasttext: it is smaller and quicker."""
    pairs = [(is_right(first), is_right(second)) for first, second in zip(champion, challenger)]
    only_champion, only_challenger = pairs.count((True, False)), pairs.count((False, True))
    chi_square, p = figures.mcnemar(only_champion, only_challenger)
    task.metric("mcnemar_chi_square", round(chi_square, 4))
    wins = only_challenger > only_champion and p < SIGNIFICANT
    why = (f"only liblinear is right on {only_challenger} listings, only fasttext on {only_champion} "
           f"(McNemar chi-square {chi_square:.1f}, p = {p:.2g})")
    return ("liblinear" if wins else "fasttext"), why


def check_floor(accuracy: float, majority: float, sampled: bool) -> None:
    """A model below its floor is never published; the one before stays in use."""
    name = "min_accuracy_sample" if sampled else "min_accuracy"
    floor = float(task.env(name.upper()))
    if accuracy < floor:
        task.fail(f"The better model reaches an accuracy of {accuracy:.3f}, below the floor of {floor:.3f} "
                  f"({name}). Nothing is published; the predictions before this run stay current.", task.NO_RETRY)
    if accuracy <= majority:
        task.fail(f"The better model reaches an accuracy of {accuracy:.3f}; always answering the most frequent "
                  f"category reaches {majority:.3f}. It has learnt nothing, and nothing is published.", task.NO_RETRY)


def write_disagreements(champion: Answers, challenger: Answers) -> None:
    """What people like to read: listings on which the models differ and one is right."""
    rows = ({"name": first["name"], "truth": first["truth"],
             "fasttext": first["answers"][:1], "liblinear": second["answers"][:1]}
            for first, second in zip(champion, challenger) if is_right(first) != is_right(second))
    task.write_rows(task.output_path("disagreements.jsonl"), rows)


def main() -> None:
    answers = {"fasttext": read_answers("fasttext"), "liblinear": read_answers("liblinear")}
    check_same_rows(answers["fasttext"], answers["liblinear"])
    champion, why = choose(answers["fasttext"], answers["liblinear"])
    truth = [row["truth"] for row in answers[champion]]
    ranked = [row["answers"] for row in answers[champion]]
    accuracy, majority = figures.accuracy(truth, ranked), figures.majority_share(truth)
    sampled = task.env("SAMPLED") == "true"
    print(f"{champion} wins with an accuracy of {accuracy:.3f} (most frequent category: {majority:.3f}): {why}")
    check_floor(accuracy, majority, sampled)
    write_disagreements(answers["fasttext"], answers["liblinear"])
    task.output("champion", champion)
    task.output("accuracy", f"{accuracy:.4f}")
    task.output("macro_f1", f"{figures.macro_f1(truth, ranked):.4f}")
    task.output("top3", f"{figures.top_accuracy(truth, ranked):.4f}")
    task.output("why", why)
    task.metric("accuracy", round(accuracy, 6))
    task.summary(f"**{champion}** with {accuracy:.1%}: {why}.")


if __name__ == "__main__":
    main()
