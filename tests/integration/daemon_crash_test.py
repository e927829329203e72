"""Kill -9 of scheduler, agent and supervisor under running tasks. The ledger that each task writes itself says what really
happened: no attempt starts twice, no end is lost, and tasks keep their pids while only scheduler or agent die."""
import json
import os
import random
import signal
import sys
import unittest
from pathlib import Path

from api_fixture import Daemon, poll
from tidemill import command_line

CYCLES = int(os.environ.get("TIDEMILL_KILL_CYCLES", "25"))
SEED = int(os.environ.get("TIDEMILL_SEED", "1"))

# O_APPEND and one write: lines of tasks that end together do not mix.
TASK = """
tasks:
{tasks}
"""
SCRIPT = """  t{i}:
    run: |
      echo "start {i} $TIDEMILL_ATTEMPT_ID $$" >> {ledger}
      while [ ! -e {gate} ] && [ -e {ledger} ]; do sleep 1; done
      echo "end {i} $TIDEMILL_ATTEMPT_ID $$" >> {ledger}
      exit {code}
"""


class Crash(unittest.TestCase):
    def setUp(self) -> None:
        self.daemon = Daemon(slots=50).start()
        self.addCleanup(self.daemon.close)
        self.ledger, self.gate = self.daemon.folder / "ledger", self.daemon.folder / "gate"
        # Tasks outlive scheduler and agent on purpose, so a failed test must let them go.
        self.addCleanup(self.gate.touch)
        self.random = random.Random(SEED)
        print(f"seed {SEED}, {CYCLES} cycles", file=sys.stderr)

    def fifty_tasks(self, retry: str = "") -> str:
        tasks = "".join(SCRIPT.format(i=i, ledger=self.ledger, gate=self.gate, code=i % 4) for i in range(50))
        return self.daemon.dag("fifty", f"{retry}{TASK.format(tasks=tasks)}")

    def lines(self, word: str) -> list[list[str]]:
        if not self.ledger.exists():
            return []
        return [parts for line in self.ledger.read_text().splitlines() if (parts := line.split())[0] == word]

    def processes(self, name: bytes) -> list[int]:
        return [pid for pid in self.daemon.left_running() if name in command_line(pid)]

    def kill(self, pids: list[int]) -> None:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def test_fifty_tasks_keep_their_pids_and_their_true_exit_codes(self) -> None:
        run = self.daemon.admin.trigger(self.fifty_tasks())
        poll(lambda: len(self.lines("start")) == 50, "fifty tasks to start")
        pids = sorted(line[3] for line in self.lines("start"))
        for _ in range(CYCLES):
            what = self.random.choice(["scheduler", "agent", "both"])
            if what != "scheduler":
                self.kill(self.processes(b"worker"))
            if what != "agent":
                self.daemon.end(signal.SIGKILL)
                self.daemon.start()
            self.assertEqual(sorted(line[3] for line in self.lines("start")), pids, f"after killing {what}")
            for pid in pids:
                self.assertTrue(Path(f"/proc/{pid}").exists(), f"task {pid} died with {what}")
        self.gate.touch()
        ended = self.daemon.admin.wait_run(run)
        self.assertEqual(ended["state"], "failed")
        for task in ended["tasks"]:
            number = int(task["id"][1:])
            self.assertEqual(task["attempts"], 1, task)
            self.assertEqual(task["exit_code"], number % 4, task)
            self.assertEqual(task["state"], "succeeded" if number % 4 == 0 else "failed", task)
        self.assertEqual(len(self.lines("start")), 50)
        self.assertEqual(len(self.lines("end")), 50)

    def test_a_killed_supervisor_loses_its_tasks_in_words_and_nothing_runs_twice(self) -> None:
        run = self.daemon.admin.trigger(self.fifty_tasks())
        poll(lambda: len(self.lines("start")) == 50, "fifty tasks to start")
        first = [int(line[3]) for line in self.lines("start")]
        self.kill(self.processes(b"supervisor"))
        # Infrastructure losses do not use the limit of retries: every task gets a second attempt.
        poll(lambda: len(self.lines("start")) == 100, "the second attempts to start")
        for pid in first:
            self.assertNotIn(b"ledger", b" ".join(command_line(pid)), f"task {pid} runs beside its second attempt")
        self.gate.touch()
        ended = self.daemon.admin.wait_run(run)
        for task in ended["tasks"]:
            self.assertEqual((task["attempts"], task["losses"]), (2, 1), task)
            attempts = self.daemon.admin.get(f"/api/v1/runs/{run}/tasks/{task['id']}")["attempts_ended"]
            self.assertEqual(attempts[0]["cause"], "lost", attempts)
            self.assertTrue(attempts[0]["message"], attempts)
        started = [line[2] for line in self.lines("start")]
        self.assertEqual(len(started), len(set(started)), "an attempt was started twice")

    def test_what_was_answered_is_there_after_every_kill(self) -> None:
        self.gate.touch()
        dag = self.daemon.dag("quick", "tasks:\n  a:\n    run: \"true\"\n")
        answered: list[int] = []
        for cycle in range(CYCLES):
            for i in range(self.random.randint(1, 5)):
                body = self.daemon.admin.expect(201, "POST", f"/api/v1/dags/{dag}/runs", {},
                                                headers={"Idempotency-Key": f"{cycle}-{i}"}).json()
                answered.append(body["run"])
            self.daemon.end(signal.SIGKILL)
            self.daemon.start()
        self.assertEqual(len(answered), len(set(answered)))
        for run in answered:
            self.assertEqual(self.daemon.admin.wait_run(run)["state"], "succeeded")
        again = self.daemon.admin.expect(201, "POST", f"/api/v1/dags/{dag}/runs", {}, headers={"Idempotency-Key": "0-0"})
        self.assertEqual((again.json()["run"], again.json()["repeated"]), (answered[0], True))
        self.assertTrue(self.daemon.admin.get("/api/v1/audit/verify")["whole"])
        self.assertEqual(self.daemon.rows("PRAGMA integrity_check"), [("ok",)])


if __name__ == "__main__":
    unittest.main()
