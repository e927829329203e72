"""DAGs of many no-op tasks in the shapes that break schedulers, as Tidemill files, makefiles, ninja files
and snakefiles. Every task is a real process (/bin/true)."""
from pathlib import Path
from typing import Callable

Edges = list[tuple[str, list[str]]]


def fan(n: int) -> Edges:
    return [(f"t{i}", []) for i in range(n)]


def chain(n: int) -> Edges:
    return [(f"t{i}", [f"t{i - 1}"] if i else []) for i in range(n)]


def fan_out_in(n: int) -> Edges:
    middle = [f"m{i}" for i in range(n - 2)]
    return [("first", []), *[(m, ["first"]) for m in middle], ("last", middle)]


def tree(n: int) -> Edges:
    return [(f"t{i}", [f"t{(i - 1) // 2}"] if i else []) for i in range(n)]


def grid(n: int) -> Edges:
    side = round(n**0.5)
    return [
        (f"r{r}c{c}", [*([f"r{r - 1}c{c}"] if r else []), *([f"r{r}c{c - 1}"] if c else [])])
        for r in range(side)
        for c in range(side)
    ]


def layers(n: int) -> Edges:
    """100 layers, each task after every task of the layer before: n = 10,000 has 990,000 edges."""
    width = max(1, n // 100)
    return [
        (f"l{layer}t{i}", [f"l{layer - 1}t{j}" for j in range(width)] if layer else [])
        for layer in range(100)
        for i in range(width)
    ]


SHAPES: dict[str, Callable[[int], Edges]] = {
    "fan": fan, "chain": chain, "fan_out_in": fan_out_in, "tree": tree, "grid": grid, "layers": layers,
}


def write_tidemill(path: Path, name: str, edges: Edges, command: Callable[[str], str] | None = None) -> None:
    lines = ["version: 1", f"name: {name}", "tasks:"]
    for task, needs in edges:
        action = command(task) if command else 'run: "true"'
        lines.append(f"  {task}: {{{action}, needs: [{', '.join(needs)}]}}" if needs
                     else f"  {task}: {{{action}}}")
    path.write_text("\n".join(lines) + "\n")


def write_make(path: Path, edges: Edges) -> None:
    lines = [".PHONY: all " + " ".join(t for t, _ in edges), "all: " + " ".join(t for t, _ in edges)]
    for task, needs in edges:
        lines += [f"{task}: {' '.join(needs)}", "\t@/bin/true"]
    path.write_text("\n".join(lines) + "\n")


def write_ninja(path: Path, edges: Edges) -> None:
    lines = ["rule noop", "  command = true", "  description = x"]
    lines += [f"build {task}: noop {' '.join(needs)}".rstrip() for task, needs in edges]
    path.write_text("\n".join(lines) + "\n")


def write_snake(path: Path, edges: Edges) -> None:
    count = len(edges)
    path.write_text(f"""rule all:
    input: expand("out/{{i}}", i=range({count}))
rule one:
    output: touch("out/{{i}}")
    shell: "true"
""")
