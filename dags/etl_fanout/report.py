"""What the loaded data says, as a table on the task's page and in the log."""
from __future__ import annotations

import os
import sqlite3

QUERY = """
SELECT section, count(*), sum(size_kib) / 1024, sum(paths), sum(programs)
FROM packages GROUP BY section ORDER BY sum(size_kib) DESC LIMIT 5
"""


def main() -> None:
    database = os.environ["DATABASE"]
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute(QUERY).fetchall()
    finally:
        connection.close()
    lines = ["| section | packages | MiB | paths | programs |", "|---|---:|---:|---:|---:|"]
    lines += [f"| {' | '.join(str(value) for value in row)} |" for row in rows]
    text = "\n".join([*lines, "", f"The five largest sections, from {database}"])
    with open(os.environ["TIDEMILL_SUMMARY"], "a", encoding="utf-8") as file:
        file.write(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
