"""Trains the champion so far: fasttext, a small model that is quick to serve."""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import task_contract as task
from words import words

# One thread: the same data then gives the same model, byte for byte. Two threads race.
# The bucket bounds the hashed word pairs; its default of two million makes a 128 MB file.
OPTIONS = ["-lr", "0.5", "-wordNgrams", "2", "-dim", "16", "-bucket", "200000",
           "-minCount", "2", "-thread", "1", "-seed", "1"]
_PERCENT = re.compile(rb"Progress:\s*([0-9.]+)%")


def write_labelled(path: Path) -> int:
    """fasttext's own format: the label, then the words."""
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        for row in task.read_rows(task.input_path("train")):
            file.write(f"__label__{row['section']} {' '.join(words(row))}\n")
            count += 1
    return count


def epochs_for(rows: int) -> int:
    """A few hundred rows need many passes before anything is learnt at all."""
    return max(10, min(100, 100_000 // rows))


def follow(process: subprocess.Popen[bytes]) -> bytes:
    """Turns fasttext's own progress line into ours; returns the last words it said."""
    assert process.stderr is not None
    said = b""
    while chunk := os.read(process.stderr.fileno(), 4096):
        said = (said + chunk)[-4096:]
        if found := _PERCENT.findall(said):
            task.progress(float(found[-1]) / 100, "training fasttext")
    return said


def train(text: Path, model: Path, epochs: int) -> None:
    """Runs fasttext and fails with its own words."""
    command = ["fasttext", "supervised", "-input", str(text), "-output", str(model),
               "-epoch", str(epochs), *OPTIONS]
    print("+", " ".join(command), flush=True)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        said = follow(process)
    if process.returncode != 0:
        task.fail(f"fasttext ended with {process.returncode}: {said.decode(errors='replace')}")


def main() -> None:
    text = task.output_path("train.txt")
    rows = write_labelled(text)
    train(text, task.output_path("fasttext"), epochs_for(rows))
    text.unlink()
    task.output_path("fasttext.vec").unlink()  # the words as text; only the .bin is the model
    size = task.output_path("fasttext.bin").stat().st_size
    task.metric("train_rows", rows)
    task.progress(1, "done")
    print(f"trained on {rows} listings in {epochs_for(rows)} epochs; the model has {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
