"""Publishes the predictions so that a reader sees the old set or the new one, never a half.

    published/listing_predictions/v=<run>/predictions.jsonl
    published/listing_predictions/v=<run>/manifest.json
    published/listing_predictions/current -> v=<run>

Everything is written and synced under another name first. Then one rename makes
the version, and one rename of a symbolic link makes it current.
"""
from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import task_contract as task

KEEP = 5
MAX_SHRINK = 0.5
SCHEMA = {"name": "string", "category": "string", "margin": "number", "agrees": "boolean"}
Manifest = dict[str, Any]


def sync(path: Path) -> None:
    """Brings a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def only_one_publisher(dataset: Path) -> Iterator[None]:
    """Holds the dataset's lock; the kernel lets go of it when this process ends in any way."""
    with open(dataset / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_manifest(version: Path) -> Manifest | None:
    """The manifest of a published version, or None where there is none to read."""
    try:
        manifest: Manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None
    return manifest


def make_manifest(predictions: Path) -> Manifest:
    with open(predictions, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    rows = sum(1 for _ in task.read_rows(predictions))
    return {"rows": rows, "sha256": digest, "schema": SCHEMA, "model": task.env("CHAMPION"),
            "accuracy": float(task.env("ACCURACY")), "source": task.env("SOURCE"),
            "run": os.environ["TIDEMILL_RUN_ID"],
            "created": datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")}


def problems(predictions: Path, manifest: Manifest, previous: Manifest | None, sampled: bool) -> list[str]:
    """What speaks against publishing; empty when nothing does."""
    found = []
    expected = int(task.env("LISTINGS"))
    if manifest["rows"] != expected:
        found.append(f"there are {manifest['rows']} predictions for {expected} listings")
    categories: Counter[str] = Counter()
    for row in task.read_rows(predictions):
        if row.keys() != SCHEMA.keys():
            found.append(f"the row of {row.get('name', '?')} has the columns {sorted(row)}, not {sorted(SCHEMA)}")
            break
        categories[row["category"]] += 1
    if len(categories) < 2:
        found.append("every listing got the same category")
    if previous and not sampled and manifest["rows"] < MAX_SHRINK * previous["rows"]:
        found.append(f"{manifest['rows']} rows would replace {previous['rows']}, less than half of them")
    return found


def write_version(version: Path, predictions: Path, manifest: Manifest) -> None:
    """Makes the folder of a version, whole or not at all."""
    unfinished = version.with_name(f".{version.name}.unfinished")
    unfinished.mkdir()
    shutil.copyfile(predictions, unfinished / "predictions.jsonl")
    (unfinished / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    for path in (unfinished / "predictions.jsonl", unfinished / "manifest.json", unfinished):
        sync(path)
    unfinished.rename(version)
    sync(version.parent)


def find_or_write(dataset: Path, predictions: Path, manifest: Manifest) -> Path:
    """The version of this run. An attempt that was killed may have left a part of it, or all of it.

    Another database counts its runs from one again, so the name may be taken by
    other content. That may have readers and is never touched; a number is added.
    """
    for left in dataset.glob(".v=*.unfinished"):  # of dead publishers: the lock is ours
        shutil.rmtree(left)
    for number in itertools.count(1):
        version = dataset / (f"v={manifest['run']}" + (f".{number}" if number > 1 else ""))
        made = read_manifest(version)
        if made and made | {"created": manifest["created"]} == manifest:
            return version
        if not version.exists():
            break
    write_version(version, predictions, manifest)
    return version


def make_current(dataset: Path, version: Path) -> None:
    """Points `current` at the version; a rename over the old link is atomic."""
    link = dataset / ".current.unfinished"
    link.unlink(missing_ok=True)
    link.symlink_to(version.name)
    link.rename(dataset / "current")
    sync(dataset)


def remove_old(dataset: Path) -> list[str]:
    """Keeps the newest versions, and the current one whatever its age."""
    current = (dataset / "current").resolve().name
    versions = []
    for path in dataset.glob("v=*"):
        manifest = read_manifest(path)
        versions.append((manifest["created"] if manifest else "", path))
    versions.sort(reverse=True)
    old = [path for _, path in versions[KEEP:] if path.name != current]
    for path in old:
        shutil.rmtree(path)
    return [path.name for path in old]


def publish(dataset: Path, predictions: Path, sampled: bool) -> Manifest:
    """Checks, writes and flips under the lock; stops before anything is visible if a check fails."""
    manifest = make_manifest(predictions)
    current = dataset / "current"
    previous = read_manifest(current)
    if found := problems(predictions, manifest, previous, sampled):
        kept = current.resolve().name if previous else "nothing was published before"
        task.fail(f"Not published: {'; '.join(found)}. Readers keep what they have ({kept}).", task.NO_RETRY)
    make_current(dataset, find_or_write(dataset, predictions, manifest))
    for name in remove_old(dataset):
        print(f"removed {name}: only the newest {KEEP} versions are kept")
    return manifest


def main() -> None:
    # Relative to the folder of the DAG file, where a task starts. A sample has a folder of its own,
    # so that a try without a network never replaces the predictions of the whole index.
    sampled = task.env("SAMPLED") == "true"
    name = "listing_predictions_sample" if sampled else "listing_predictions"
    dataset = Path(task.env("PUBLISH_DIR")).resolve() / name
    dataset.mkdir(parents=True, exist_ok=True)
    with only_one_publisher(dataset):
        manifest = publish(dataset, task.input_path("predictions"), sampled)
    task.output("rows", manifest["rows"])
    task.output("where", dataset / "current")
    task.summary(f"{manifest['rows']} rows in `{dataset / 'current'}`, sha256 `{manifest['sha256'][:12]}…`")
    print(f"published {manifest['rows']} rows as {dataset / 'current'}")


if __name__ == "__main__":
    main()
