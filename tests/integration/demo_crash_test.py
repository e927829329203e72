"""kill -9 of scheduler, agent or supervisor at any moment of the demo, then the same command again: it goes on, nothing
that succeeded runs again, and no task runs twice at once."""
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tidemill import DEADLINE_S, ROOT, TidemillTest  # noqa: E402

ROUNDS = int(os.environ.get("TIDEMILL_DEMO_ROUNDS", "6"))


class Demo(TidemillTest):
    def test_kill_9_at_any_moment_and_the_same_command_again(self) -> None:
        seed = int(os.environ.get("TIDEMILL_DEMO_SEED", "1"))
        print(f"seed {seed}", flush=True)
        chance = random.Random(seed)
        shutil.copytree(ROOT / "dags" / "listing_category", self.folder / "demo",
                        ignore=shutil.ignore_patterns("published", "work", "__pycache__"))
        for number in range(ROUNDS):
            self.crash_and_resume(chance, ("scheduler", "worker", "supervisor")[number % 3])

    def crash_and_resume(self, chance: random.Random, victim: str) -> None:
        command = ("run", self.folder / "demo" / "listing_category.yaml", "--param", "source=installed",
                   "--param", "limit=300", "--json")
        process = self.start(*command)
        kill_at = chance.uniform(0.05, 3.0)
        self.sleep_or_end(process, kill_at)
        before = self.succeeded()
        killed = self.kill(process, victim)
        if victim == "scheduler":
            process.wait()
            process = self.start(*command)
        out, err = process.communicate(timeout=5 * DEADLINE_S)
        what = f"{victim} killed={killed} after {kill_at:.2f} s\n{out}\n{err}"
        self.assertEqual(process.returncode, 0, what)
        result = json.loads(out.strip().split("\n")[-1])
        self.assertEqual(result["state"], "succeeded", what)
        for run, task, attempts in before:
            if run == result["run"]:
                self.assertIn((run, task, attempts), self.succeeded(), what)
        self.check_attempts(result["run"], victim, what)

    def sleep_or_end(self, process: subprocess.Popen[str], seconds: float) -> None:
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            pass

    def kill(self, process: subprocess.Popen[str], victim: str) -> bool:
        if victim == "scheduler":
            process.kill()
            return True
        for pid in self.daemon_pids():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if words[1:2] == [victim.encode()]:
                    os.kill(pid, signal.SIGKILL)
                    return True
            except OSError:
                continue
        return False

    def rows(self, query: str) -> list[tuple]:
        if not (self.data / "tidemill.db").exists():
            return []
        database = sqlite3.connect(f"file:{self.data / 'tidemill.db'}?mode=ro", uri=True, timeout=DEADLINE_S)
        try:
            return database.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise
        finally:
            database.close()

    def succeeded(self) -> list[tuple]:
        return self.rows("SELECT run_id, task_index, attempts FROM tasks WHERE state = 'succeeded'")

    def check_attempts(self, run: int, victim: str, what: str) -> None:
        """One success a task; more than one attempt only where the supervisor took the task down with it."""
        attempts = self.rows(f"SELECT task_index, number, started_at, ended_at FROM attempts WHERE run_id = {run} ORDER BY task_index, number")
        self.assertTrue(attempts, what)
        ended: dict[int, int] = {}
        for task, number, started, end in attempts:
            if number > 1:
                self.assertEqual(victim, "supervisor", what)
                self.assertGreaterEqual(started, ended[task], f"task {task} ran twice at once\n{what}")
            ended[task] = end


if __name__ == "__main__":
    unittest.main(verbosity=2)
