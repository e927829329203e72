"""Attempts in control groups of their own, where the machine has a cgroup v2 folder that the test may write."""
import os
import signal
import unittest
import uuid
from pathlib import Path

from tidemill import DEADLINE_S, TidemillTest, command_line, process_is_alive

# Leaves its session, its parent, its environment and its descriptors: nothing but the group still knows it.
ESCAPE = "env -i setsid -f sh -c 'trap \"\" TERM; echo $$ > {pid}; while :; do sleep 1; done' </dev/null >/dev/null 2>&1\n"


def delegated_folder() -> Path:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        place, kind = line.split()[4], line.split(" - ")[1].split()[0]
        if kind == "cgroup2":
            folder = Path(place) / f"tidemill-test-{uuid.uuid4().hex}"
            try:
                folder.mkdir()
            except OSError as error:
                raise unittest.SkipTest(f"no cgroup v2 folder can be made here: {error}") from error
            return folder
    raise unittest.SkipTest("this machine has no cgroup v2 hierarchy")


class Cgroup(TidemillTest):
    def setUp(self) -> None:
        super().setUp()
        self.groups = delegated_folder()
        self.addCleanup(self.groups.rmdir)  # refuses while a group or a process is in it
        self.env = {"TIDEMILL_CGROUP": str(self.groups)}
        self.pid_file = self.folder / "escaped"

    def dag_that_escapes(self, then: str) -> Path:
        """The second attempt, if there is one, finds nothing to do."""
        text = (f"if test -s {self.pid_file}; then exit 0; fi\n" + ESCAPE.format(pid=self.pid_file) + f"while ! test -s {self.pid_file}; do sleep 0.05; done\n"
                "grep ^0:: /proc/self/cgroup\n" + then)
        return self.dag("tasks:\n  a:\n    run: |\n" + "".join(f"      {line}\n" for line in text.splitlines()))

    def escaped(self) -> int:
        return int(self.wait_for(lambda: self.pid_file.exists() and self.pid_file.read_text(), "the process to escape"))

    def test_what_left_everything_else_behind_is_ended_with_its_group(self) -> None:
        run = self.tidemill("run", self.dag_that_escapes("true"), "--data-dir", self.data, env=self.env)
        self.assertIn("succeeded", run.stdout + run.stderr)
        self.assertIn(f"/{self.groups.name}/tidemill-", self.tidemill("logs", "demo", "a", "--data-dir", self.data).stdout)
        self.assertFalse(process_is_alive(self.escaped()))
        self.assertEqual([one.name for one in self.groups.glob("tidemill-*")], [])

    def test_a_group_whose_supervisor_was_killed_is_ended_by_the_next_one(self) -> None:
        dag = self.dag_that_escapes("sleep 1000")
        run = self.start("run", dag, "--data-dir", self.data, env=self.env)
        escaped = self.escaped()
        for pid in self.daemon_pids():
            if command_line(pid)[1:2] == [b"supervisor"]:
                os.kill(pid, signal.SIGKILL)
        out, err = run.communicate(timeout=DEADLINE_S)
        self.assertEqual(run.returncode, 0, out + err)
        self.assertIn("attempt 2", self.tidemill("explain", "demo", "a", "--data-dir", self.data).stdout)
        self.assertFalse(process_is_alive(escaped))
        self.assertEqual([one.name for one in self.groups.glob("tidemill-*")], [])

    def test_another_worker_with_the_same_folder_leaves_our_groups_alone(self) -> None:
        ours = self.start("run", self.dag_that_escapes("while ! test -e go; do sleep 0.05; done"), "--data-dir", self.data,
                          env=self.env)
        escaped = self.escaped()
        other = self.dag("tasks: {a: {run: 'true'}}\n", "other")
        self.tidemill("run", other, "--data-dir", self.folder / "other-data", env=self.env)
        self.assertTrue(process_is_alive(escaped))
        (self.folder / "go").touch()
        out, err = ours.communicate(timeout=DEADLINE_S)
        self.assertEqual(ours.returncode, 0, out + err)
        self.assertFalse(process_is_alive(escaped))


if __name__ == "__main__":
    unittest.main()
