"""A daemon under one fault a second. What its tasks write themselves says whether anything ran twice or was lost;
memory, descriptors and the write-ahead log are looked at every second and must not grow.

  TIDEMILL_SOAK_SECONDS=600 python3 tests/integration/soak_test.py      `./bootstrap soak` does this for ten minutes
"""
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import unittest
from collections import Counter
from pathlib import Path

from api_fixture import BINARY, ENDED, Daemon, poll

SECONDS = int(os.environ.get("TIDEMILL_SOAK_SECONDS", "40"))
SEED = int(os.environ.get("TIDEMILL_SEED", "1"))
MIB = 1 << 20

# One write each with O_APPEND: lines do not mix. The lock ends with the attempt's last process, so
# whoever does not get it runs beside another attempt of the same task.
TASK = """
  {name}:
    run: |
      exec 9> {locks}/$TIDEMILL_RUN_ID-$TIDEMILL_TASK
      flock -n 9 || echo "beside $TIDEMILL_ATTEMPT_ID" >> {ledger}
      echo "start $TIDEMILL_ATTEMPT_ID" >> {ledger}
      {work}
      code=$?
      echo "end $TIDEMILL_ATTEMPT_ID $code" >> {ledger}
      exit $code
"""
RETRIES = "defaults: {retry: {limit: 5, delay: 100ms}}\n"


class Sample:
    """What one process holds at a moment."""

    def __init__(self, pid: int) -> None:
        status = Path(f"/proc/{pid}/status").read_text()
        self.rss = int(status.split("VmRSS:")[1].split()[0]) * 1024
        self.threads = int(status.split("Threads:")[1].split()[0])
        self.files = len(os.listdir(f"/proc/{pid}/fd"))


class Soak(unittest.TestCase):
    def setUp(self) -> None:
        self.daemon = Daemon(6)
        self.addCleanup(self.daemon.close)
        self.random = random.Random(SEED)
        self.ledger, self.locks = self.daemon.folder / "ledger", self.daemon.folder / "locks"
        self.locks.mkdir()
        self.ledger.touch()
        self.samples: dict[str, list[Sample]] = {"up": [], "worker": [], "supervisor": []}
        self.wal: list[int] = []
        self.viewers: list[socket.socket] = []
        self.addCleanup(lambda: [viewer.close() for viewer in self.viewers])
        self.done: Counter[str] = Counter()
        print(f"seed {SEED}, {SECONDS} s", file=sys.stderr)

    def task(self, name: str, work: str, more: str = "") -> str:
        return TASK.format(name=name, work=work, locks=self.locks, ledger=self.ledger) + more

    def write_dags(self) -> None:
        chain = self.task("a", "true") + self.task("b", "sleep 0.2", "    needs: [a]\n") + self.task("c", "true", "    needs: [b]\n")
        self.daemon.dag("ticks", f"schedule: {{every: 1s}}\nmax_active_runs: 20\n{RETRIES}tasks:{chain}")
        flaky = self.task("coin", "test $(( $TIDEMILL_ATTEMPT_ID % 3 )) = 0")
        self.daemon.dag("flaky", f"schedule: {{every: 2s}}\nmax_active_runs: 20\n{RETRIES}tasks:{flaky}")
        self.daemon.dag("steady", f"schedule: {{every: 10s}}\nmax_active_runs: 3\n{RETRIES}tasks:{self.task('slow', 'sleep 12')}")

    # --- the faults ---

    def pids(self, role: str) -> list[int]:
        if role == "up":
            return [self.daemon.pid]
        found = []
        for pid in self.daemon.left_running():
            with contextlib.suppress(OSError):
                if role.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    found.append(pid)
        return found

    def send(self, role: str, how: int) -> None:
        for pid in self.pids(role):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    def hold(self, role: str) -> None:
        pids = self.pids(role)
        for how in (signal.SIGSTOP, signal.SIGCONT):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, how)
            time.sleep(0.4)

    def kill_scheduler(self) -> None:
        self.daemon.end(signal.SIGKILL)
        self.daemon.start()

    def break_a_file(self) -> None:
        path = self.daemon.dags / "flaky.yaml"
        whole = path.read_text()
        # No YAML in any case: a beginning alone can be a DAG with half a script, which is not broken at all.
        path.write_text(whole[: self.random.randrange(len(whole))] + "\n\t{")
        time.sleep(0.3)
        path.write_text(whole)

    def cut_a_request(self) -> None:
        with socket.create_connection(("127.0.0.1", self.daemon.port)) as wire:
            wire.sendall(b"POST /api/v1/dags/ticks/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")

    def view_and_never_read(self) -> None:
        wire = socket.socket(socket.AF_UNIX)
        wire.connect(str(self.daemon.socket))
        wire.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.viewers.append(wire)
        if len(self.viewers) > 20:
            self.viewers.pop(0).close()

    def interfere(self) -> None:
        runs = self.daemon.admin.get("/api/v1/runs", limit=50)["runs"]
        run = self.random.choice(runs)["run"]
        what = self.random.choice(["cancel", "pause", "resume", "retry", "clear"])
        answer = self.daemon.admin.ask("POST", f"/api/v1/runs/{run}/{what}", {"reason": "soak"})
        self.assertIn(answer.status, {200, 202, 400, 409}, (what, answer.body))
        if what == "pause":
            self.daemon.admin.ask("POST", f"/api/v1/runs/{run}/resume", {})

    def one_fault(self) -> None:
        fault, weight = zip(
            (lambda: self.send("worker", signal.SIGKILL), 6), (self.kill_scheduler, 2),
            (lambda: self.send("supervisor", signal.SIGKILL), 1), (lambda: self.hold("up"), 3),
            (lambda: self.hold("worker"), 3), (self.break_a_file, 3), (self.cut_a_request, 3), (self.view_and_never_read, 3),
            (self.interfere, 6), (lambda: self.send("up", signal.SIGHUP), 2))
        names = ["agent killed", "scheduler killed", "supervisor killed", "scheduler held", "agent held", "file broken",
                 "request cut", "viewer that never reads", "person", "reload"]
        chosen = self.random.choices(range(len(fault)), weight)[0]
        self.done[names[chosen]] += 1
        fault[chosen]()

    # --- what is looked at ---

    def look(self) -> None:
        for role, samples in self.samples.items():
            for pid in self.pids(role)[:1]:
                with contextlib.suppress(OSError, IndexError):
                    samples.append(Sample(pid))
        wal = self.daemon.data / "tidemill.db-wal"
        self.wal.append(wal.stat().st_size if wal.exists() else 0)

    def worst(self, role: str, of: str) -> tuple[int, int]:
        """The highest value of the first and of the last third."""
        values = [getattr(sample, of) for sample in self.samples[role]]
        third = max(len(values) // 3, 1)
        return max(values[:third]), max(values[-third:])

    def check_flat(self) -> None:
        print(f"faults: {dict(self.done)}", file=sys.stderr)
        for role in self.samples:
            for of, factor, more in (("rss", 1.5, 16 * MIB), ("files", 1, 40), ("threads", 1, 4)):
                first, last = self.worst(role, of)
                print(f"{role} {of}: at most {first} in the first third, {last} in the last", file=sys.stderr)
                self.assertLessEqual(last, first * factor + more, f"{of} of {role} grew")
        print(f"write-ahead log: at most {max(self.wal)} bytes", file=sys.stderr)
        self.assertLess(max(self.wal), 64 * MIB)

    def check_ledger(self) -> None:
        lines = [line.split() for line in self.ledger.read_text().splitlines()]
        self.assertEqual([line for line in lines if line[0] == "beside"], [], "an attempt ran beside another of its task")
        starts = Counter(line[1] for line in lines if line[0] == "start")
        self.assertEqual([attempt for attempt, count in starts.items() if count > 1], [], "an attempt started twice")
        rows = {str(attempt): (cause, code) for attempt, cause, code in self.daemon.rows("SELECT attempt_id, cause, exit_code FROM attempts")}
        self.assertEqual(set(starts) - set(rows), set(), "attempts that started have no row")
        for word, attempt, *code in lines:
            if word != "end" or rows[attempt][0] not in ("none", "exit"):
                continue  # killed or lost between its last line and its exit
            self.assertEqual(rows[attempt][1], int(code[0]), f"attempt {attempt} ended with {code[0]}: {rows[attempt]}")
        ended = {line[1] for line in lines if line[0] == "end" and line[2] == "0"}
        self.assertEqual({a for a, (cause, _) in rows.items() if cause == "none"} - ended, set(), "successes that never were")
        print(f"{len(starts)} attempts, {len(ended)} of them successes", file=sys.stderr)

    def check_instants(self) -> None:
        for dag, step in (("ticks", 1), ("flaky", 2), ("steady", 10)):
            instants = [row[0] for row in self.daemon.rows("SELECT instant FROM instants WHERE dag = ? ORDER BY instant", dag)]
            blocks = self.daemon.rows("SELECT first_instant, last_instant FROM instant_blocks WHERE dag = ?", dag)
            covered = set(instants)
            for first, last in blocks:
                covered.update(range(first, last + 1, step * 1_000_000))
            gaps = [t for t in range(min(covered), max(covered), step * 1_000_000) if t not in covered]
            self.assertEqual(gaps, [], f"instants of {dag} without a decision")

    def active_runs(self) -> list[tuple[int, str]]:
        ended = ", ".join(f"'{state}'" for state in sorted(ENDED))
        return self.daemon.rows(f"SELECT run_id, state FROM runs WHERE state NOT IN ({ended})")

    def command(self, *words: str) -> str:
        return subprocess.run([BINARY, *words, "--data-dir", self.daemon.data], check=True, capture_output=True, text=True).stdout

    def test_one_fault_a_second(self) -> None:
        self.daemon.start()
        self.write_dags()
        poll(lambda: self.daemon.admin.get("/api/v1/runs")["runs"], "the first run")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            begin = time.monotonic()
            self.one_fault()
            self.look()
            time.sleep(max(0.0, begin + 1 - time.monotonic()))
        for dag in ("ticks", "flaky", "steady"):
            self.daemon.admin.post(f"/api/v1/dags/{dag}/pause", {"reason": "the soak is over"})
        poll(lambda: not self.active_runs(), "every run to end")
        self.check_flat()
        self.check_ledger()
        self.check_instants()
        self.assertTrue(json.loads(self.command("audit", "verify", "--json"))["whole"])
        self.daemon.end()
        self.command("db", "check")


if __name__ == "__main__":
    unittest.main()
